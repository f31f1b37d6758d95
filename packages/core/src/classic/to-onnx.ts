/** Fitted estimators as graphs of ONNX operators. */
import { type Dim, symbol } from '../base/dim.ts'
import { tensorType, type ValueType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { type Emitted, type ExportType, labelAttribute, labelTensor, refuseExport } from './emit.ts'
import { type Estimator, internals } from './estimator.ts'
import type { Label } from './targets.ts'

export interface ToOnnxOptions {
  /** Of the input, and of probabilities and values. */
  readonly dtype?: ExportType
  /** Name of the input [N, features]. */
  readonly input?: string
  /** Name of the graph. */
  readonly name?: string
  /** Probabilities as a sequence of maps from label to probability, as older exporters write them. */
  readonly zipMap?: boolean
}

/** The name of each output. */
const names = { label: 'label', probabilities: 'probabilities', values: 'values' } as const

/**
 * A graph that predicts what the estimator predicts: `label` and `probabilities` of classifiers, `values` of regressors
 * and transformers, `label` and `values` (distances to the centres) of clusterers. Samples are rows of `X` [N, features].
 * The input is float32 unless told otherwise; in float64 no weight is rounded.
 *
 * @example
 * const model = logisticRegression().fit([[0], [1], [2], [3]], ['no', 'no', 'yes', 'yes'])
 * toOnnx(model).outputs // ['label', 'probabilities']
 *
 * @throws SLP-M2 for an estimator that is not fitted, SLP-M4 for what ONNX has no operators or types for.
 */
export function toOnnx(estimator: Estimator, options: ToOnnxOptions = {}): Graph {
  const { dtype = 'float32', input = 'X', name = estimator.kind, zipMap = false } = options
  const b = graphBuilder({ name })
  const batch = symbol('N')
  const features = estimator.nFeaturesIn_
  const x = b.input(input, tensorType(dtype, [batch, features]))
  const found = estimator[internals].emit({ b, dtype }, x)
  const classes = classesOf(estimator)
  const outputs: string[] = []
  const types = new Map<string, ValueType>()
  for (const [role, wanted] of Object.entries(names)) {
    const value = found[role as keyof Emitted] // names has the roles of Emitted
    if (value === undefined) continue
    if (wanted === input) refuseExport(estimator.kind, `the input must not be named as an output`, input)
    const isMap = role === 'probabilities' && zipMap
    const type = isMap ? mapType(classes) : typeOf(role, estimator, { dtype, batch, classes })
    b.nodes(
      isMap ? 'ZipMap' : 'Identity',
      [isMap && dtype === 'float64' ? b.node('Cast', [value], { to: 1 }) : value],
      isMap ? labelAttribute(classes ?? []) : {},
      { outputs: [wanted], domain: isMap ? 'ai.onnx.ml' : '' },
    )
    outputs.push(wanted)
    types.set(wanted, type)
  }
  return b.build(outputs, types)
}

const classesOf = (estimator: Estimator): readonly Label[] | undefined =>
  'classes_' in estimator ? (estimator.classes_ as readonly Label[]) : undefined // of classifiers

interface TypeContext {
  readonly dtype: ExportType
  readonly batch: Dim
  readonly classes: readonly Label[] | undefined
}

/** The type of an output; sizes that only shape inference knows are left to it. */
function typeOf(role: string, { role: what }: Estimator, { dtype, batch, classes }: TypeContext): ValueType {
  if (role === 'label') return tensorType(classes ? labelTensor(classes).dtype : 'int64', [batch])
  if (role === 'probabilities') return tensorType(dtype, [batch, classes?.length ?? 0])
  return what === 'regressor' ? tensorType(dtype, [batch]) : tensorType(dtype, [batch, symbol('M')])
}

function mapType(classes: readonly Label[] = []): ValueType {
  return {
    kind: 'sequence',
    element: { kind: 'map', key: labelTensor(classes).dtype, value: tensorType('float32', []) },
  }
}
