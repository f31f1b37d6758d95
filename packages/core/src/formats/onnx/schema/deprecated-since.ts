/** Operators that a version of their domain declares deprecated, though Slipway and exporters keep them. */
export const deprecatedSince: ReadonlyMap<string, number> = new Map([
  ['ai.onnx.ml.TreeEnsembleClassifier', 5],
  ['ai.onnx.ml.TreeEnsembleRegressor', 5],
])
