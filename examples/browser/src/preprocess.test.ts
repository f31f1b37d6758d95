import { describe, expect, it } from 'vitest'
import { centerCrop, side, toPlanes } from './preprocess.ts'

describe('centerCrop', () => {
  it('cuts the middle, whichever edge is longer', () => {
    expect(centerCrop(256, 256)).toEqual({ x: 16, y: 16, size: 224 })
    expect(centerCrop(512, 256)).toEqual({ x: 144, y: 16, size: 224 })
    expect(centerCrop(128, 512)).toEqual({ x: 8, y: 200, size: 112 })
  })
})

describe('toPlanes', () => {
  it('sorts the channels into planes, blue first, less the mean', () => {
    const rgba = new Uint8ClampedArray(4 * side * side)
    rgba.set([200, 100, 50, 255], 4 * 7)
    const planes = toPlanes(rgba)
    expect(planes.length).toBe(3 * side * side)
    expect([0, 1, 2].map((channel) => planes[channel * side * side + 7])).toEqual([
      50 - 104,
      100 - 117,
      200 - 123,
    ])
    expect([0, 1, 2].map((channel) => planes[channel * side * side])).toEqual([-104, -117, -123])
  })
})
