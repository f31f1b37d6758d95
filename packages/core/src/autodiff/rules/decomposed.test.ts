/** Operators that are differentiated through what they decompose into, but for attention. */
import { affineGrid } from '../../ops/affine-grid.ts'
import { castLike } from '../../ops/cast-like.ts'
import { biasGelu } from '../../ops/contrib/bias-gelu.ts'
import { cdist } from '../../ops/contrib/cdist.ts'
import { embedLayerNormalization } from '../../ops/contrib/embed-layer-normalization.ts'
import { expandDims } from '../../ops/contrib/expand-dims.ts'
import { fastGelu } from '../../ops/contrib/fast-gelu.ts'
import { fusedGemm } from '../../ops/contrib/fused-gemm.ts'
import { fusedMatmul } from '../../ops/contrib/fused-matmul.ts'
import { gatherNd } from '../../ops/contrib/gather-nd.ts'
import { gelu } from '../../ops/contrib/gelu.ts'
import { matmulNBits } from '../../ops/contrib/matmul-nbits.ts'
import { pad } from '../../ops/contrib/pad.ts'
import { quickGelu } from '../../ops/contrib/quick-gelu.ts'
import { rotaryEmbedding as contribRotary } from '../../ops/contrib/rotary-embedding.ts'
import { simplifiedLayerNormalization } from '../../ops/contrib/simplified-layer-normalization.ts'
import { skipLayerNormalization } from '../../ops/contrib/skip-layer-normalization.ts'
import { skipSimplifiedLayerNormalization } from '../../ops/contrib/skip-simplified-layer-normalization.ts'
import { transposeMatmul } from '../../ops/contrib/transpose-matmul.ts'
import { trilu } from '../../ops/contrib/trilu.ts'
import { rotaryEmbedding } from '../../ops/rotary-embedding.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { f32, flat, i32, i64 } from '../../testing/literals.ts'

/** For operators that compute in float32 whatever their type. */
const differences = { epsilon: 1e-2, relativeTolerance: 3e-3 }

const X = spread([3, 7], { low: -3.01, high: 3.01 })
const bias = spread([7])

gradTest(castLike, [
  { name: 'to the same type', inputs: { input: X, target_type: spread([1]) } },
  { name: 'to less', inputs: { input: X, target_type: f32([1]) }, known: ['target_type'], compiled: false },
])
gradTest(affineGrid, [
  { name: 'in the plane', inputs: { theta: spread([2, 2, 3]), size: i64([2, 1, 3, 4]) } },
  {
    name: 'in space, corners aligned',
    inputs: { theta: spread([1, 3, 4]), size: i64([1, 1, 2, 3, 2]) },
    attrs: { align_corners: 1 },
  },
])
gradTest(biasGelu, [{ name: 'a bias for each column', inputs: { A: X, B: bias } }])
gradTest(fastGelu, [
  { name: 'without a bias', inputs: { X } },
  { name: 'with one', inputs: { X, bias } },
])
gradTest(gelu, [{ name: 'on both sides', inputs: { X } }])
gradTest(quickGelu, [
  { name: 'as it is', inputs: { X } },
  { name: 'another alpha', inputs: { X }, attrs: { alpha: 0.7 } },
])
gradTest(cdist, [
  {
    name: 'squares',
    inputs: { A: spread([3, 4]), B: spread([5, 4], { low: -1.2 }) },
    attrs: { metric: 'sqeuclidean' },
  },
  {
    name: 'distances',
    inputs: { A: spread([3, 4]), B: spread([5, 4], { low: -1.2 }) },
    attrs: { metric: 'euclidean' },
  },
])
gradTest(expandDims, [{ name: 'an axis', inputs: { X, axis: i32(-1) } }])
gradTest(gatherNd, [{ name: 'rows', inputs: { data: X, indices: i64([[0], [2], [0]]) } }])
gradTest(pad, [{ name: 'zeros', inputs: { data: X, pads: i64([1, 0, 2, 3]) } }])
gradTest(trilu, [{ name: 'upper', inputs: { X } }])

const A = spread([2, 3, 5])
gradTest(fusedMatmul, [
  { name: 'turned and scaled', inputs: { A, B: spread([2, 4, 5]) }, attrs: { transB: 1, alpha: 0.5 } },
  {
    name: 'batches turned',
    inputs: { A: spread([3, 2, 5]), B: spread([2, 5, 4]) },
    attrs: { transBatchA: 1 },
  },
])
gradTest(transposeMatmul, [
  { name: 'turned', inputs: { A: spread([5, 3]), B: spread([5, 4]) }, attrs: { transA: 1 } },
])
gradTest(fusedGemm, [
  {
    name: 'an activation',
    inputs: { A: spread([3, 5]), B: spread([5, 4]), C: spread([4]) },
    attrs: { activation: 'Tanh' },
  },
  {
    name: 'without C',
    inputs: { A: spread([3, 5]), B: spread([4, 5]) },
    attrs: { activation: 'LeakyRelu', activation_alpha: 0.3, transB: 1 },
  },
])

const rows = { gamma: spread([7], { low: 0.5 }), beta: spread([7]) }
gradTest(simplifiedLayerNormalization, [
  { name: 'the last axis', inputs: { X, scale: rows.gamma } },
  { name: 'with the inverse deviation', inputs: { X, scale: rows.gamma }, outputs: 2 },
])
const skipped = { input: spread([2, 3, 7]), skip: spread([2, 3, 7], { low: -1.2 }) }
gradTest(skipLayerNormalization, [
  { name: 'as it is', inputs: { ...skipped, gamma: rows.gamma }, differences },
  { name: 'with biases and the sum', inputs: { ...skipped, ...rows, bias }, outputs: 4, differences },
])
gradTest(skipSimplifiedLayerNormalization, [
  { name: 'as it is', inputs: { ...skipped, gamma: rows.gamma }, differences },
  {
    name: 'with a bias and the sum',
    inputs: { ...skipped, gamma: rows.gamma, bias },
    outputs: 4,
    differences,
  },
])
gradTest(embedLayerNormalization, [
  {
    name: 'three tables',
    inputs: {
      input_ids: i32([
        [1, 0, 1],
        [3, 2, 1],
      ]),
      segment_ids: i32([
        [0, 0, 1],
        [1, 0, 1],
      ]),
      word_embedding: spread([4, 7]),
      position_embedding: spread([5, 7], { low: -1.2 }),
      segment_embedding: spread([2, 7], { low: -1.1 }),
      ...rows,
    },
    tolerance: 1e-3,
  },
])

const caches = { cos_cache: spread([5, 2], { low: -0.9 }), sin_cache: spread([5, 2], { low: -0.8 }) }
const position_ids = i64([
  [4, 0, 1],
  [2, 3, 3],
])
gradTest(rotaryEmbedding, [
  { name: 'halves', inputs: { X: spread([2, 3, 3, 4]), ...caches, position_ids } },
  {
    name: 'neighbours, packed',
    inputs: { X: spread([2, 3, 12]), ...caches, position_ids },
    attrs: { num_heads: 3, interleaved: 1 },
  },
  {
    name: 'a part of each head, without positions',
    inputs: {
      X: spread([2, 3, 2, 6]),
      cos_cache: spread([2, 2, 2], { low: -0.9 }),
      sin_cache: spread([2, 2, 2], { low: -0.8 }),
    },
    attrs: { rotary_embedding_dim: 4 },
  },
])
gradTest(contribRotary, [
  { name: 'packed', inputs: { input: spread([2, 3, 12]), ...caches, position_ids } },
  {
    name: 'neighbours, from the first position',
    inputs: { input: spread([2, 3, 12]), ...caches, position_ids: i64([1]) },
    attrs: { interleaved: 1 },
  },
])

const bytes = flat(
  'uint8',
  [3, 1, 8],
  Array.from({ length: 24 }, (_, i) => (i * 53) % 256),
)
gradTest(matmulNBits, [
  {
    name: 'by what it multiplies, through weights that stay',
    inputs: { A: spread([2, 16]), B: bytes, scales: f32([0.1, 0.2, 0.3]), bias: spread([3]) },
    known: ['scales'],
    differences,
    attrs: { K: 16, N: 3, bits: 4, block_size: 16 },
  },
])
