/** `@slipway/core/classic`: learning from tables with scikit-learn's conventions, and its export to ONNX. */
export { type KMeans, type KMeansLearned, type KMeansParams, kMeans } from './cluster/k-means.ts'
export type { ExportType } from './emit.ts'
export { clone, type Estimator, type Params, type Role } from './estimator.ts'
export {
  type LogisticRegressionLearned,
  type LogisticRegressionParams,
  logisticRegression,
} from './linear/logistic-regression.ts'
export type { Matrix, Samples } from './matrix.ts'
export {
  accuracyScore,
  type ClassScores,
  type Confusion,
  classScores,
  confusionMatrix,
  f1Macro,
  logLoss,
  meanAbsoluteError,
  meanSquaredError,
  r2Score,
} from './metrics.ts'
export {
  type KNeighborsClassifierLearned,
  type KNeighborsRegressorLearned,
  kNeighborsClassifier,
  kNeighborsRegressor,
} from './neighbors/k-neighbors.ts'
export type { NeighborParams } from './neighbors/nearest.ts'
export { type Pipeline, pipeline, type Step } from './pipeline.ts'
export type { Classifier, Regressor, Transformer } from './roles.ts'
export {
  type CrossValidateOptions,
  crossValidate,
  crossValScore,
  type FoldResult,
  type Scored,
  type Scorer,
  type ScorerName,
} from './select/cross-validate.ts'
export {
  type Fold,
  type Folding,
  type FoldOptions,
  kFold,
  stratifiedKFold,
  type TrainTest,
  type TrainTestOptions,
  trainTestSplit,
} from './select/split.ts'
export type { Label, Targets } from './targets.ts'
export { type ToOnnxOptions, toOnnx } from './to-onnx.ts'
export { type MaxAbsScalerLearned, maxAbsScaler } from './transform/max-abs-scaler.ts'
export {
  type MinMaxScalerLearned,
  type MinMaxScalerParams,
  minMaxScaler,
} from './transform/min-max-scaler.ts'
export { type NormalizerParams, normalizer } from './transform/normalizer.ts'
export { type PcaLearned, type PcaParams, pca } from './transform/pca.ts'
export { type RobustScalerLearned, type RobustScalerParams, robustScaler } from './transform/robust-scaler.ts'
export {
  type StandardScalerLearned,
  type StandardScalerParams,
  standardScaler,
} from './transform/standard-scaler.ts'
export {
  type DecisionTreeLearned,
  type DecisionTreeParams,
  decisionTreeClassifier,
} from './trees/decision-tree.ts'
export type { Tree } from './trees/grow.ts'
export {
  type RandomForestLearned,
  type RandomForestParams,
  randomForestClassifier,
} from './trees/random-forest.ts'
