/**
 * Times convolutions, pools and their gradients in the shapes of a small network and of ResNet-18 on 32×32 images,
 * beside a matrix product: `node bench/dist/convolution-gradients.js [rounds] [threads…]` after a build.
 */
import { createSession, elementCount, graphBuilder, type Tensor, tensor } from '@slipway/core'
import { inputSeed, xorshift } from './inputs.ts'
import { type Cell, table } from './table.ts'

/** A square window over square images: images, channels and their size; maps; window, stride and padding. */
interface Layer {
  readonly name: string
  readonly images: number
  readonly channels: number
  readonly size: number
  readonly maps: number
  readonly kernel: number
  readonly stride?: number
  readonly pad?: number
}

const layers: readonly Layer[] = [
  { name: '5×5', images: 128, channels: 1, size: 28, maps: 24, kernel: 5 },
  { name: '3×3', images: 128, channels: 24, size: 12, maps: 32, kernel: 3 },
  { name: 'ResNet 3×3', images: 32, channels: 3, size: 32, maps: 64, kernel: 3, pad: 1 },
  { name: 'ResNet 3×3', images: 32, channels: 64, size: 32, maps: 64, kernel: 3, pad: 1 },
  { name: 'ResNet 3×3 / 2', images: 32, channels: 64, size: 32, maps: 128, kernel: 3, stride: 2, pad: 1 },
  { name: 'ResNet 1×1 / 2', images: 32, channels: 64, size: 32, maps: 128, kernel: 1, stride: 2 },
  { name: 'ResNet 3×3', images: 32, channels: 128, size: 16, maps: 128, kernel: 3, pad: 1 },
  { name: 'ResNet 3×3 / 2', images: 32, channels: 128, size: 16, maps: 256, kernel: 3, stride: 2, pad: 1 },
  { name: 'ResNet 3×3', images: 32, channels: 256, size: 8, maps: 256, kernel: 3, pad: 1 },
  { name: 'ResNet 3×3', images: 32, channels: 512, size: 4, maps: 512, kernel: 3, pad: 1 },
]

const pools: readonly Layer[] = [
  { name: 'pool 2×2', images: 128, channels: 24, size: 24, maps: 24, kernel: 2, stride: 2 },
  { name: 'pool 2×2', images: 128, channels: 32, size: 10, maps: 32, kernel: 2, stride: 2 },
  { name: 'pool 3×3 / 2', images: 32, channels: 64, size: 32, maps: 64, kernel: 3, stride: 2, pad: 1 },
]

type Shape = readonly number[]

interface Work {
  readonly name: string
  readonly operator: string
  /** 0 where there is no arithmetic to speak of. */
  readonly flops: number
  readonly inputs: readonly Shape[]
  readonly attributes: Readonly<Record<string, number | readonly number[]>>
  readonly domain?: string
}

const own = 'ai.slipway'

function outputOf({ size, kernel, stride = 1, pad = 0 }: Layer): number {
  return Math.floor((size + 2 * pad - kernel) / stride) + 1
}

function convolutions(layer: Layer): Work[] {
  const { name, images, channels, size, maps, kernel, stride = 1, pad = 0 } = layer
  const output = outputOf(layer)
  const x = [images, channels, size, size]
  const y = [images, maps, output, output]
  const w = [maps, channels, kernel, kernel]
  const flops = 2 * elementCount(y) * elementCount(w.slice(1))
  const attributes = { strides: [stride, stride], pads: [pad, pad, pad, pad] }
  const behind = size - ((output - 1) * stride + kernel - 2 * pad)
  const label = (what: string) => `${name}, [${x}] to ${maps}: ${what}`
  const transposed = { ...attributes, output_padding: [behind, behind] }
  return [
    { name: label('Y'), operator: 'Conv', flops, inputs: [x, w], attributes },
    { name: label('dX'), operator: 'ConvTranspose', flops, inputs: [y, w], attributes: transposed },
    {
      name: label('dW'),
      operator: 'ConvGradW',
      flops,
      inputs: [x, y],
      attributes: { ...attributes, kernel_shape: [kernel, kernel] },
      domain: own,
    },
  ]
}

function maxima(layer: Layer): Work[] {
  const { name, images, channels, size, kernel, stride = 1, pad = 0 } = layer
  const output = outputOf(layer)
  const [x, y] = [
    [images, channels, size, size],
    [images, channels, output, output],
  ]
  const window = [kernel, kernel]
  const attributes = { kernel_shape: window, strides: [stride, stride], pads: [pad, pad, pad, pad] }
  return [
    { name: `${name}, [${x}]: Y`, operator: 'MaxPool', flops: 0, inputs: [x], attributes },
    {
      name: `${name}, [${x}]: dX`,
      operator: 'MaxPoolGrad',
      flops: 0,
      inputs: [x, y],
      attributes,
      domain: own,
    },
  ]
}

const uniform = xorshift(inputSeed)

function noise(shape: Shape): Tensor {
  return tensor(
    'float32',
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => uniform() - 0.5),
  )
}

/** What the node alone takes on so many threads, best of all rounds. */
async function best(work: Work, threads: number): Promise<number> {
  const b = graphBuilder({ name: work.name })
  const names = work.inputs.map((shape, i) => b.input(`x${i}`, { kind: 'tensor', dtype: 'float32', shape }))
  const options = { domain: work.domain ?? '', name: 'measured' }
  const y = b.node(work.operator, names, work.attributes, options)
  // Results stay where they are: only their largest element is asked for.
  const graph = b.build([b.node('ReduceMax', [y], { keepdims: 0 })])
  const given = Object.fromEntries(names.map((name, i) => [name, noise(work.inputs[i]!)]))
  const session = await createSession(graph, { threads })
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    await session.run(given, { profile: true })
    // A node may come in several stages, such as packing and multiplying.
    const stages = session.profile?.filter(({ name }) => name === 'measured') ?? []
    times.push(stages.reduce((sum, { durationMs }) => sum + durationMs, 0))
  }
  await session.dispose()
  return Math.min(...times)
}

const [rounds = 12, ...given] = process.argv.slice(2).map(Number)
const threads = given.length > 0 ? given : [1, 2]
const product: Work = {
  name: 'MatMul of 512×512',
  operator: 'MatMul',
  flops: 2 * 512 ** 3,
  inputs: [
    [512, 512],
    [512, 512],
  ],
  attributes: {},
}
const speed = ({ flops }: Work, ms: number) => (flops > 0 ? (flops / ms / 1e6).toFixed(1) : '')
const rows: Cell[][] = []
// The product comes first and last: it tells how busy the machine is.
for (const work of [product, ...layers.flatMap(convolutions), ...pools.flatMap(maxima), product]) {
  const row: Cell[] = [work.name]
  for (const count of threads) {
    const ms = await best(work, count)
    row.push(ms.toFixed(2), speed(work, ms))
  }
  rows.push(row)
}
const columns = threads.flatMap((count) => [`ms, ${count}`, `GFLOP/s, ${count}`])
console.log(
  `Node ${process.versions.node}, V8 ${process.versions.v8}; best of ${rounds} rounds; threads ${threads}\n`,
)
console.log(table(['what', ...columns], rows))
