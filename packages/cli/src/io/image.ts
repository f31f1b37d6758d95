/** Pictures as tensors: decoding and resizing by sharp, then the arithmetic that a model was trained with. */
import { SlipwayError, type Tensor, tensor } from '@slipway/core'
import sharp from 'sharp'

/** `value = (pixel / scale - mean) / std`, per channel in the order of `channels`. */
export interface Preprocess {
  /** Shorter side after resizing; undefined keeps the size. */
  readonly resize?: number | undefined
  /** Side of the centred square that is cut out; undefined keeps everything. */
  readonly crop?: number | undefined
  readonly channels: 'rgb' | 'bgr' | 'gray'
  readonly scale: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
  readonly layout: 'nchw' | 'nhwc'
}

const keys = ['resize', 'crop', 'channels', 'scale', 'mean', 'std', 'layout'] as const

function usage(rule: string, got: string): SlipwayError {
  return new SlipwayError('SLP-C1', `Cannot read --preprocess: ${rule}, got "${got}"`, {
    remedy: 'Example: --preprocess "resize=256 crop=224 channels=bgr mean=104,117,123 layout=nchw".',
  })
}

/** Reads `resize=256 crop=224 channels=bgr scale=255 mean=… std=… layout=nchw`. Throws SLP-C1. */
export function parsePreprocess(text: string): Preprocess {
  const given = new Map<string, string>()
  for (const part of text.split(/[\s;]+/).filter(Boolean)) {
    const [key, value] = part.split('=', 2)
    if (value === undefined || !keys.some((one) => one === key))
      throw usage(`parts are ${keys.join(', ')}`, part)
    given.set(key!, value)
  }
  const number = (key: string): number | undefined => {
    const value = given.get(key)
    if (value === undefined) return undefined
    if (!(Number(value) > 0 && Number.isFinite(Number(value))))
      throw usage(`${key} must be a positive number`, value)
    return Number(value)
  }
  const pixels = (key: string): number | undefined => {
    const value = number(key)
    if (value !== undefined && !Number.isInteger(value))
      throw usage(`${key} must be whole pixels`, String(value))
    return value
  }
  const choice = <const V extends readonly string[]>(
    key: string,
    values: V,
    fallback: V[number],
  ): V[number] => {
    const value = given.get(key) ?? fallback
    const found = values.find((one) => one === value)
    if (!found) throw usage(`${key} must be one of ${values.join(', ')}`, value)
    return found
  }
  const channels = choice('channels', ['rgb', 'bgr', 'gray'], 'rgb')
  const list = (key: string, fallback: number): number[] => {
    const values = given.get(key)?.split(',').map(Number) ?? [fallback]
    const count = channels === 'gray' ? 1 : 3
    if ((values.length !== 1 && values.length !== count) || values.some(Number.isNaN)) {
      throw usage(`${key} must be 1 or ${count} numbers`, given.get(key) ?? '')
    }
    return Array.from({ length: count }, (_, i) => values[values.length === 1 ? 0 : i]!)
  }
  const std = list('std', 1)
  if (std.includes(0)) throw usage('std must not be 0', given.get('std') ?? '')
  return {
    resize: pixels('resize'),
    crop: pixels('crop'),
    channels,
    scale: number('scale') ?? 1,
    mean: list('mean', 0),
    std,
    layout: choice('layout', ['nchw', 'nhwc'], 'nchw'),
  }
}

/** A picture as float32 [1, C, H, W] or [1, H, W, C]. Throws SLP-C2 for what is not a picture. */
export async function readImage(
  bytes: Uint8Array,
  path: string,
  options: Preprocess,
): Promise<Tensor<'float32'>> {
  const { pixels, width, height } = await decode(bytes, path, options)
  const count = options.channels === 'gray' ? 1 : 3
  const data = new Float32Array(width * height * count)
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < count; channel++) {
      const source = options.channels === 'bgr' ? count - 1 - channel : channel
      const value =
        (pixels[at * count + source]! / options.scale - options.mean[channel]!) / options.std[channel]!
      data[options.layout === 'nchw' ? channel * width * height + at : at * count + channel] = value
    }
  }
  const shape = options.layout === 'nchw' ? [1, count, height, width] : [1, height, width, count]
  return tensor('float32', shape, data)
}

async function decode(bytes: Uint8Array, path: string, { resize, crop, channels }: Preprocess) {
  try {
    let image = sharp(bytes).rotate().flatten({ background: 'white' })
    if (resize !== undefined) image = image.resize(resize, resize, { fit: 'outside', kernel: 'linear' })
    if (crop !== undefined) {
      // A second pipeline: sharp would otherwise merge the crop into the resize.
      image = sharp(await image.png().toBuffer())
      const { width, height } = await image.metadata()
      const [left, top] = [Math.floor((width - crop) / 2), Math.floor((height - crop) / 2)]
      image = image.extract({ left, top, width: crop, height: crop })
    }
    const colour = channels === 'gray' ? image.toColourspace('b-w') : image.toColourspace('srgb')
    const { data, info } = await colour.raw().toBuffer({ resolveWithObject: true })
    return { pixels: data, width: info.width, height: info.height }
  } catch (cause) {
    throw new SlipwayError(
      'SLP-C2',
      `Cannot read picture "${path}": it must be a PNG or JPEG large enough for crop`,
      { cause },
    )
  }
}
