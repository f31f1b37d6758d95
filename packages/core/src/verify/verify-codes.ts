/**
 * Codes of what the verification pipeline finds itself; what the reader and the checker find keeps its own code.
 * docs/verify.md documents every code; a test compares the two in both directions.
 */
import type { CheckKind } from './check/codes.ts'

const error = (title: string, hint: string): CheckKind => ({ title, severity: 'error', hint })
const warning = (title: string, hint: string): CheckKind => ({ title, severity: 'warning', hint })

export const verifyCatalogue = {
  'SLP-V1': error(
    'a target runtime must accept the IR version and the operator sets',
    'Convert the model to an older operator set: slipway convert --opset.',
  ),
  'SLP-V2': error(
    'a target runtime must know every operator',
    'Add the function that the exporter dropped, expand the operator, or leave the target out.',
  ),
  'SLP-V3': error(
    'every operator must accept the types and shapes of its inputs',
    'Look at the producers of the inputs.',
  ),
  'SLP-V4': warning('the rank of every value should be known', 'Declare its type in value_info.'),
  'SLP-V5': error(
    'the structure must be that of the golden model',
    'Compare the two with slipway explain --diff, or record the new signature.',
  ),
  'SLP-V6': error(
    'the settings of a node must be those of the model that it is compared with',
    'Export the node with the same attributes.',
  ),
  'SLP-V7': warning(
    'the two models are structured differently, so only their numbers can be compared',
    'Nothing, where one of them was optimised or converted.',
  ),
  'SLP-V8': error(
    'optimising must come to an end and give the same graph each time',
    'Report it: a rewrite does not settle.',
  ),
  'SLP-V9': error('a weight must be the one that is expected', 'Export the weights again.'),
  'SLP-V10': error('every expected weight must be there', 'Export the weights again.'),
  'SLP-V11': warning('some weights are in one of the two models only', 'Nothing, where one was optimised.'),
  'SLP-V12': error(
    'an engine must compute what the reference computes',
    'Run the failing sub-model by itself.',
  ),
  'SLP-V13': error(
    'the two models must compute the same',
    'Look at the first node that differs: its attributes, its weights, its operator set.',
  ),
  'SLP-V14': error('an engine must run the model', 'Give inputs that the model takes, or its shapes.'),
  'SLP-V15': warning('outputs should be finite', 'Give real inputs: random ones may be out of range.'),
  'SLP-V16': warning(
    'random operators cannot be compared between engines',
    'Export the model without them, or give them a seed.',
  ),
  'SLP-V17': error(
    'a row of the output must not depend on the other rows of the batch',
    'Look at the first node that mixes rows: an axis, a reshape, a normalisation over the batch.',
  ),
  'SLP-V18': error('the model must run at every batch size', 'Look for a size that the export has fixed.'),
  'SLP-V19': warning('the chain of provenance should be whole', 'Convert the model from its source again.'),
} as const satisfies Record<string, CheckKind>

export type VerifyCode = keyof typeof verifyCatalogue
