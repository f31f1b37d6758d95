/** A fitted classifier as an ONNX file, compared with itself. */
import { checkModel, compileGraph, parseModel, readOnnx, tensor, widenValue, writeOnnx } from '@slipway/core'
import { type Classifier, toOnnx } from '@slipway/core/classic'

export interface Exported {
  readonly bytes: Uint8Array
  readonly findings: number
  /** Samples that the compiled file labels otherwise than the classifier. */
  readonly different: number
}

/** Writes the classifier and runs the file, compiled, on samples. */
export function exportClassifier(model: Classifier, rows: readonly (readonly number[])[]): Exported {
  const bytes = writeOnnx(toOnnx(model), { producer: { name: 'slipway-example-iris-classics' } })
  const X = tensor('float32', [rows.length, rows[0]!.length], Float32Array.from(rows.flat()))
  const found = compileGraph(readOnnx(bytes))
    .run(new Map([['X', X]]))
    .get('label')!
  const label = widenValue(found)
  const labels = label.kind === 'tensor' ? Array.from<unknown>(label.data).map(String) : []
  const different = model.predict(X).filter((wanted, i) => String(wanted) !== labels[i]).length
  return { bytes, findings: checkModel(parseModel(bytes)).length, different }
}
