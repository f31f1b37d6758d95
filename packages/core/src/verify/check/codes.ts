/**
 * The checker's codes. M, G, N, A and T follow the rules of the ONNX checker; Y is what type and shape inference
 * finds, and the numbers past the ONNX rules (M8, G9, N13, T8 and up) are gaps that it leaves open.
 * docs/checks.md documents every code; a test compares the two in both directions.
 */
export type Severity = 'error' | 'warning'

export interface CheckKind {
  readonly title: string
  readonly severity: Severity
  /** What usually helps. */
  readonly hint: string
}

const error = (title: string, hint: string): CheckKind => ({ title, severity: 'error', hint })
const warning = (title: string, hint: string): CheckKind => ({ title, severity: 'warning', hint })

export const checkCatalogue = {
  'SLP-M1': error('ir_version must be set', 'Write the IR version that the exporter targets, such as 10.'),
  'SLP-M2': error('ir_version must be known', 'Export for IR version 14 or older.'),
  'SLP-M3': error('metadata keys must be unique', 'Keep one entry per key.'),
  'SLP-M4': error(
    'opset_import must be present from IR version 3 on, and absent before',
    'Import ai.onnx with the version the nodes were written for.',
  ),
  'SLP-M5': error(
    'an operator set version must be a positive 32-bit number',
    'Write the real version of the domain.',
  ),
  'SLP-M6': error(
    'functions must be unique, limited in number and growth, and must not call themselves',
    'Break the cycle, or expand the function.',
  ),
  'SLP-M7': error(
    'a function must be well-formed',
    'Give it a name, a domain, unique inputs, outputs and attributes.',
  ),
  'SLP-M8': error('an operator set version must exist', 'Import a published version; ai.onnx ends at 28.'),
  'SLP-M9': warning(
    'the operator set is newer than the IR version',
    'Raise ir_version to the release that brought the operator set.',
  ),
  'SLP-M10': warning('a metadata entry has no value', 'Write the value, even if it is empty.'),
  'SLP-M11': warning('a function is never called', 'Remove it.'),
  'SLP-G1': error('a graph must have a name', 'Write any name.'),
  'SLP-G2': error(
    'graph inputs and outputs need a name, a type and a shape',
    'Declare the element type and a shape; unknown sizes may be named.',
  ),
  'SLP-G3': error('graph inputs must be unique', 'Rename one of them.'),
  'SLP-G4': error('initializers need unique names', 'Rename one of them, or drop the copy.'),
  'SLP-G5': error(
    'up to IR version 3 every initializer must also be an input',
    'Add the input, or raise ir_version to 4.',
  ),
  'SLP-G6': error(
    'a node input must be defined before it is used',
    'Sort the nodes topologically, or correct the name.',
  ),
  'SLP-G7': error('a value must be defined once', 'Rename one of the values.'),
  'SLP-G8': error(
    'a graph output must be defined',
    'Name a value that a node, an input or an initializer defines.',
  ),
  'SLP-G9': warning('an initializer is never used', 'Remove it to make the file smaller.'),
  'SLP-G10': warning(
    'node names should be unique',
    'Rename one of the nodes, so that messages and profiles can be told apart.',
  ),
  'SLP-G11': error(
    'a declared size must not be negative',
    'Name the size (dim_param) where it is not known.',
  ),
  'SLP-G12': warning('a graph output is listed twice', 'Insert an Identity node for the second one.'),
  'SLP-G13': warning('value_info names a value that does not exist', 'Remove the entry.'),
  'SLP-G14': warning('value_info lists a value twice', 'Remove one entry.'),
  'SLP-G15': error('subgraphs must not nest deeper than the limit', 'Flatten the control flow.'),
  'SLP-N1': error('a node must name its operator', 'Write op_type.'),
  'SLP-N2': error('a node must have an input or an output', 'Remove the node.'),
  'SLP-N3': error("a node's domain must be imported", 'Add the domain to opset_import.'),
  'SLP-N4': error('attribute names must be unique', 'Keep one attribute of the name.'),
  'SLP-N5': error(
    'the operator must exist in the imported operator set',
    'Import a newer operator set, correct the name, or expand the operator.',
  ),
  'SLP-N6': error('the operator must not be deprecated', 'Convert the model to a newer operator set.'),
  'SLP-N7': error(
    'a node must have an allowed number of inputs and outputs',
    'Compare the node with the operator of its operator set.',
  ),
  'SLP-N8': error('a required input must not be omitted', 'Name a value.'),
  'SLP-N9': error(
    'the operator must know the attribute',
    'Remove it, or import the operator set that has it.',
  ),
  'SLP-N10': error(
    'an attribute must have the type that the operator asks for',
    'Write the attribute with the right type.',
  ),
  'SLP-N11': error('a required attribute must be present', 'Add it.'),
  'SLP-N12': error('an attribute must carry the value that its type promises', 'Write the value field.'),
  'SLP-N13': error('an attribute value must be allowed', 'Take one of the allowed values.'),
  'SLP-N14': warning(
    'an operator of a custom domain cannot be checked',
    'Add a function of that name to the model, so that every runtime can run it.',
  ),
  'SLP-A1': error('an attribute must have a name', 'Write the name.'),
  'SLP-A2': error('an attribute must have a type from IR version 2 on', 'Write the type field.'),
  'SLP-A3': error("an attribute's value must agree with its type", 'Use the field of the type.'),
  'SLP-A4': error('an attribute must have one value at most', 'Keep the field of the type.'),
  'SLP-A5': error(
    'an attribute reference must stand alone and inside a function',
    'Remove the value, or the reference.',
  ),
  'SLP-T1': error('a tensor must have a known data_type', 'Write a code of TensorProto.DataType.'),
  'SLP-T2': error(
    'a tensor must have exactly one value field, and none if it is empty',
    'Keep one of raw_data and the typed fields.',
  ),
  'SLP-T3': error('tensor sizes must be non-negative and their product in bounds', 'Correct dims.'),
  'SLP-T4': error(
    'raw_data must be long enough and must not hold strings',
    'Write all elements; strings belong in string_data.',
  ),
  'SLP-T5': error(
    'the typed value field must fit data_type and dims',
    'Use the field that holds this data_type.',
  ),
  'SLP-T6': error(
    'external data must lie in a regular file inside the folder of the model',
    'Write a plain relative location and put the file beside the model.',
  ),
  'SLP-T7': error(
    'a sparse tensor must have sorted, unique int64 indices within its dims',
    'Sort the indices and drop duplicates.',
  ),
  'SLP-T8': error('a tensor must not carry more data than its dims need', 'Correct dims, or cut the data.'),
  'SLP-T9': error(
    'offset and length of external data must lie within the file',
    'Correct offset and length.',
  ),
  'SLP-Y1': error(
    'an operator must accept the types and shapes of its inputs',
    'Look at the producers of the inputs.',
  ),
  'SLP-Y2': error('a declared type must agree with the inferred one', 'Correct or remove the declaration.'),
  'SLP-Y3': warning('a declared size has another name than the inferred one', 'Use one name for one size.'),
  'SLP-Y4': warning('the type or rank of a value is not known', 'Declare it in value_info.'),
  'SLP-Y5': warning(
    'a body can never run to its end, though another one can',
    'Remove the branch, or correct the operator that refuses its inputs.',
  ),
} as const satisfies Record<string, CheckKind>

export type CheckCode = keyof typeof checkCatalogue
