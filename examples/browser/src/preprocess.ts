/** From the pixels of a canvas to the input of SqueezeNet. */

export const side = 224
/** The shorter edge before the middle is cut out. */
export const resizedSide = 256
/** Mean of ImageNet in blue, green and red: the order of the network's channels. */
const means = [104, 117, 123] as const

export interface Crop {
  readonly x: number
  readonly y: number
  readonly size: number
}

/** The square of the source picture that is left when its shorter edge becomes 256 and the middle 224 is cut. */
export function centerCrop(width: number, height: number): Crop {
  const size = (Math.min(width, height) * side) / resizedSide
  return { x: (width - size) / 2, y: (height - size) / 2, size }
}

/** RGBA bytes of 224 × 224 pixels as [1, 3, 224, 224]: a plane per channel, blue first, less the mean. */
export function toPlanes(rgba: Uint8ClampedArray): Float32Array<ArrayBuffer> {
  const pixels = side * side
  const planes = new Float32Array(3 * pixels)
  means.forEach((mean, channel) => {
    for (let i = 0; i < pixels; i++) planes[channel * pixels + i] = rgba[4 * i + 2 - channel]! - mean
  })
  return planes
}
