/** Learning: lazy tensors, modules, losses, optimisers, data, and functions compiled with their gradients. */
export { type EarlyStoppingOptions, earlyStopping } from './callbacks/early-stopping.ts'
export { type EventLogOptions, eventLog } from './callbacks/event-file.ts'
export { type NanStopOptions, nanStop } from './callbacks/nan-stop.ts'
export { type ProgressOptions, progress } from './callbacks/progress.ts'
export { type RunLogLine, type RunLogOptions, runLog } from './callbacks/run-log.ts'
export {
  type Checkpoint,
  type CheckpointOptions,
  type CheckpointStore,
  type Manifest,
  memoryCheckpoints,
} from './checkpoint/checkpoint.ts'
export { type Compiled, type CompileOptions, compile } from './compile.ts'
export { type Batch, collate, type Example } from './data/collate.ts'
export {
  type BatchOptions,
  type Dataset,
  dataset,
  type Examples,
  examples,
  type MapOptions,
  type Pass,
  permutation,
  type ShuffleOptions,
  type Source,
} from './data/dataset.ts'
export {
  type Columns,
  type CsvOptions,
  examplesFromStream,
  fromArray,
  fromExamples,
  fromStream,
  fromTensors,
  numbersOf,
  readCsv,
  readIdx,
} from './data/sources.ts'
export { type DynamicAxes, type ExportOptions, exportGraph } from './export/export-graph.ts'
export { type ToOnnxOptions, toOnnx } from './export/to-onnx.ts'
export { grad, stopGradient, valueAndGrad, vjp } from './gradients.ts'
export * as init from './init/initializers.ts'
export {
  flatten,
  gelu,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from './layers/activations.ts'
export {
  type AttentionInputs,
  type AttentionOptions,
  multiHeadAttention,
  type TransformerBlockOptions,
  transformerBlock,
} from './layers/attention.ts'
export {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
} from './layers/conv.ts'
export { dropout } from './layers/dropout.ts'
export { type EmbeddingOptions, embedding } from './layers/embedding.ts'
export { affine, type LinearOptions, linear } from './layers/linear.ts'
export {
  type BatchNormOptions,
  batchNorm,
  groupNorm,
  layerNorm,
  type NormOptions,
  rmsNorm,
} from './layers/normalization.ts'
export {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  globalAvgPool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  type PoolOptions,
} from './layers/pooling.ts'
export {
  gru,
  type InitialState,
  lstm,
  type RecurrentOptions,
  type RecurrentResult,
  rnn,
} from './layers/recurrent.ts'
export { type Layer, residual, sequential } from './layers/sequential.ts'
export {
  type Callback,
  type CallbackState,
  everyEpochs,
  everySteps,
  type Logs,
  type Run,
} from './loop/callback.ts'
export { type BatchTensors, type FitOptions, type FitResult, fit } from './loop/fit.ts'
export type { HostBatch } from './loop/means.ts'
export {
  bceLoss,
  bceWithLogitsLoss,
  type CrossEntropyOptions,
  cosineSimilarity,
  crossEntropy,
  huberLoss,
  klDivLoss,
  type LossOptions,
  l1Loss,
  mseLoss,
  nllLoss,
  type Reduction,
  smoothL1Loss,
} from './losses/losses.ts'
export {
  accuracy,
  binaryAccuracy,
  type MetricOptions,
  meanAbsoluteError,
  meanSquaredError,
  topKAccuracy,
} from './metrics/metrics.ts'
export {
  type AnyModule,
  isModule,
  type Module,
  module,
  type NameFilter,
  type Parts,
  type Self,
} from './module.ts'
export { type Optimizer, optimizer } from './optim/optimizer.ts'
export {
  adagrad,
  adam,
  adamW,
  lamb,
  type MuonOptions,
  muon,
  type OptimizerOptions,
  rmsProp,
  type SgdOptions,
  sgd,
} from './optim/optimizers.ts'
export {
  cosineSchedule,
  exponentialSchedule,
  linearSchedule,
  type OneCycleOptions,
  oneCycle,
  type Rate,
  type Schedule,
  stepSchedule,
  warmup,
} from './optim/schedule.ts'
export {
  type Change,
  chain,
  each,
  masked,
  type Transform,
  type TransformContext,
} from './optim/transform.ts'
export {
  type AdamOptions,
  addDecayedWeights,
  clipByGlobalNorm,
  clipByValue,
  type MomentumOptions,
  orthogonalize,
  type RmsOptions,
  scaleByAdagrad,
  scaleByAdam,
  scaleByLearningRate,
  scaleByRms,
  scaleByTrustRatio,
  trace,
} from './optim/transforms.ts'
export {
  applyOperator,
  arange,
  concat,
  einsum,
  eye,
  full,
  ones,
  stack,
  type TensorLike,
  tensor,
  where,
  zeros,
} from './tensor/create.ts'
export { type RandomKey, randomUniform } from './tensor/random.ts'
export type { Nested, Tensor } from './tensor/tensor.ts'
export { buffer, type Drawn, isVariable, parameter, type Start, type Variable } from './variable.ts'
