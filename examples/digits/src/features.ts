/**
 * Fixed features of a digit: responses to eight oriented edge filters, rectified and averaged over cells of 4 × 4.
 * They are what the first layers of the exported model compute, so nothing of them is learnt.
 */
export const side = 28
export const filterSize = 5
export const orientations = 8
/** Side of the filtered picture and of the grid of cells. */
export const filtered = side - filterSize + 1
export const cell = 4
export const grid = filtered / cell
export const featureCount = orientations * grid * grid

/** Odd Gabor-like filters: a Gaussian times the distance across an edge, one per orientation. */
export function edgeFilters(): Float32Array {
  const filters = new Float32Array(orientations * filterSize * filterSize)
  const centre = (filterSize - 1) / 2
  for (let o = 0; o < orientations; o++) {
    const angle = (2 * Math.PI * o) / orientations
    for (let y = 0; y < filterSize; y++) {
      for (let x = 0; x < filterSize; x++) {
        const across = (x - centre) * Math.cos(angle) + (y - centre) * Math.sin(angle)
        const distance2 = (x - centre) ** 2 + (y - centre) ** 2
        filters[(o * filterSize + y) * filterSize + x] = across * Math.exp(-distance2 / 4)
      }
    }
  }
  return filters
}

/** Features in the order [orientation, row, column] of the exported model's Flatten. */
export function featuresOf(pixels: Float64Array, filters: Float32Array): Float64Array {
  const features = new Float64Array(featureCount)
  for (let o = 0; o < orientations; o++) {
    for (let y = 0; y < filtered; y++) {
      for (let x = 0; x < filtered; x++) {
        let sum = 0
        for (let fy = 0; fy < filterSize; fy++) {
          for (let fx = 0; fx < filterSize; fx++) {
            sum += pixels[(y + fy) * side + x + fx]! * filters[(o * filterSize + fy) * filterSize + fx]!
          }
        }
        const at = (o * grid + Math.floor(y / cell)) * grid + Math.floor(x / cell)
        if (sum > 0) features[at] = features[at]! + sum / (cell * cell)
      }
    }
  }
  return features
}
