/** The MNIST digits (LeCun et al.), standardised as is usual. */
import { type Tensor as HostTensor, tensor as hostTensor } from '@slipway/core'
import { readIdx } from '@slipway/core/nn'
import { readData } from './data-folder.ts'

export interface Digits {
  /** float32 [count, 1, 28, 28]. */
  readonly x: HostTensor
  /** int64 [count]. */
  readonly y: HostTensor
}

/** Of the pixels of the training digits, between 0 and 1. */
const [mean, deviation] = [0.1307, 0.3081]

export async function readMnist(part: 'train' | 't10k'): Promise<Digits> {
  const images = readIdx(await readData(`mnist/${part}-images-idx3-ubyte.gz`))
  const labels = readIdx(await readData(`mnist/${part}-labels-idx1-ubyte.gz`))
  const [count] = images.shape as [number]
  const x = Float32Array.from(images.data as Uint8Array, (pixel) => (pixel / 255 - mean) / deviation)
  const y = BigInt64Array.from(labels.data as Uint8Array, BigInt)
  return { x: hostTensor('float32', [count, 1, 28, 28], x), y: hostTensor('int64', [count], y) }
}
