/**
 * Real models on both engines. They lie outside the project; where the folder is missing, the suite is skipped.
 * Where a model comes without expected outputs, onnxruntime-node is the judge if it is installed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type CompiledGraph,
  compileGraph,
  type Graph,
  interpret,
  readNpy,
  readOnnx,
  readValue,
  type Tensor,
  tensor,
  type Value,
  widenValue,
} from '@slipway/core'
import { difference, generator, randomStream, type Tolerance } from '@slipway/core/testing'
import { describe, expect, it } from 'vitest'
import { runOrt, tryLoadOrt } from './ort.ts'
import { readWav } from './wav.ts'

const shared = fileURLToPath(new URL('../../shared/models', import.meta.url))
const present = existsSync(shared)
const ort = tryLoadOrt()
const path = (...parts: readonly string[]) => join(shared, ...parts)
const load = (...parts: readonly string[]): Graph => readOnnx(readFileSync(path(...parts)))
const tensorAt = (...parts: readonly string[]): Value =>
  readValue(readFileSync(path(...parts)), { kind: 'tensor', dtype: 'float32' })
const timeout = { timeout: 600_000 }

if (!present) console.log('tests of real models are skipped: ../shared/models is missing')
else if (!ort)
  console.log('comparisons with onnxruntime-node are skipped: run npm ci --prefix conformance to install it')

const compiled = new Map<Graph, CompiledGraph>()

/** Results of the reference kernels, which those of compiled ones must be close to. */
function run(graph: Graph, inputs: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const program = compiled.get(graph) ?? compileGraph(graph)
  compiled.set(graph, program)
  const [expected, got] = [interpret(graph, inputs), program.run(inputs)]
  for (const [name, value] of expected) {
    const tolerance = value.kind === 'tensor' ? ofLargest(value) : undefined
    expect(difference(got.get(name)!, value, tolerance), `${name}, compiled`).toBeUndefined()
  }
  return expected
}

function expectClose(
  graph: Graph,
  inputs: ReadonlyMap<string, Value>,
  expected: Value,
  tolerance?: Tolerance,
): void {
  const [name] = graph.outputs
  expect(difference(run(graph, inputs).get(name!)!, expected, tolerance)).toBeUndefined()
}

/** Sums of terms that cancel are as precise as their largest term, not as their result. */
function ofLargest(expected: Value): Tolerance {
  const wide = widenValue(expected)
  const numbers =
    wide.kind === 'tensor' ? Array.from<number | bigint | string, number>(wide.data, Number) : []
  const largest = numbers.reduce((most, x) => Math.max(most, Number.isFinite(x) ? Math.abs(x) : 0), 0)
  return { relative: 0, absolute: 1e-4 * largest }
}

const dataInput = (graph: Graph): string => graph.inputs.find((name) => !graph.constants.has(name))!

describe.skipIf(!present)('models with test data', () => {
  for (const [folder, set] of [
    ['mnist_8', 'test_data_set_0'],
    ['mnist_8', 'test_data_set_1'],
    ['mnist_8', 'test_data_set_2'],
    ['super_resolution_10', 'test_data_set_0'],
  ] as const) {
    it(`${folder}, ${set}`, timeout, () => {
      const graph = load(folder, 'model.onnx')
      const inputs = new Map([[dataInput(graph), tensorAt(folder, set, 'input_0.pb')]])
      expectClose(graph, inputs, tensorAt(folder, set, 'output_0.pb'))
    })
  }

  it('squeezenet', timeout, () => {
    const graph = load('squeezenet', 'squeezenet1.1_fp32_opset13.onnx')
    const inputs = new Map([['data_0', tensorAt('squeezenet', 'test_data_0_input.pb')]])
    // The expected output comes from the original weights, which the file holds converted.
    expectClose(graph, inputs, tensorAt('squeezenet', 'test_data_0_output.pb'), {
      relative: 0,
      absolute: 1e-3,
    })
  })

  for (const name of ['squeezenet', 'shufflenet']) {
    it(`light/${name}, whose classes are all alike`, timeout, () => {
      const graph = load('light', `${name}.onnx`)
      const data = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => i / (3 * 224 * 224))
      const inputs = new Map([[dataInput(graph), tensor('float32', [1, 3, 224, 224], data)]])
      expectClose(graph, inputs, tensorAt('light', `${name}.out.pb`))
    })
  }
})

describe.skipIf(!present)('iris', () => {
  const x = () => readNpy(readFileSync(path('iris', 'iris_X_test.npy')))
  const labels = () => readNpy(readFileSync(path('iris', 'iris_Y_test.npy')))

  for (const model of ['rf_iris', 'knn_iris', 'logreg_iris']) {
    it(`${model} names every flower rightly, with a map of probabilities`, timeout, () => {
      const graph = load('iris', `${model}.onnx`)
      const input = x()
      const floats = tensor(
        'float32',
        input.shape,
        Float32Array.from(input.data as ArrayLike<number>, Number),
      ) // the file holds float64
      const got = run(graph, new Map([['float_input', floats]]))
      const named = got.get('output_label') as Tensor<'int64'> // declared int64
      expect(Array.from(named.data, Number)).toEqual(Array.from(labels().data as ArrayLike<bigint>, Number))
      const maps = got.get('output_probability')!
      expect(maps.kind).toBe('sequence')
      if (maps.kind !== 'sequence') return
      for (const map of maps.items) {
        if (map.kind !== 'map') throw new Error(`expected a map, got a ${map.kind}`)
        const sum = Array.from(map.values.data as Float32Array).reduce((a, b) => a + b, 0) // float32 by type
        expect(sum).toBeCloseTo(1, 4)
      }
    })
  }
})

describe.skipIf(!present)('silero_vad', () => {
  for (const file of ['silero_vad.onnx', 'silero_vad_16k_op15.onnx']) {
    it(`${file} hears speech in the recording, chunk by chunk with its state`, timeout, async () => {
      const bytes = readFileSync(path('silero_vad', file))
      const graph = readOnnx(bytes)
      const { samples, sampleRate } = readWav(readFileSync(path('silero_vad', 'test.wav')))
      expect(sampleRate).toBe(16_000)
      const [chunk, context] = [512, 64]
      let state: Tensor = tensor('float32', [2, 1, 128], new Float32Array(256))
      const speech: number[] = []
      const sr = tensor('int64', [], BigInt64Array.of(16_000n))
      for (let start = 0; start < 80 * chunk; start += chunk) {
        const input = new Float32Array(context + chunk)
        input.set(samples.subarray(Math.max(start - context, 0), start + chunk), Math.max(context - start, 0))
        const inputs = new Map<string, Tensor>([
          ['input', tensor('float32', [1, context + chunk], input)],
          ['state', state],
          ['sr', sr],
        ])
        const got = run(graph, inputs)
        if (ort && start % (20 * chunk) === 0) {
          const expected = await runOrt(ort, bytes, inputs)
          for (const [name, value] of expected) expect(difference(got.get(name)!, value)).toBeUndefined()
        }
        state = got.get('stateN') as Tensor // declared a tensor
        speech.push((got.get('output') as Tensor<'float32'>).data[0]!) // declared float32
      }
      // Somebody speaks from the start on, and pauses after two seconds (chunk 62) for half a second.
      expect(Math.min(...speech.slice(3, 61))).toBeGreaterThan(0.9)
      expect(Math.max(...speech.slice(66, 80))).toBeLessThan(0.1)
    })
  }
})

describe.skipIf(!present)('detectors', () => {
  it('ultraface gives each place a probability of a face and of none', timeout, async () => {
    const bytes = readFileSync(path('ultraface', 'version-slim-320.onnx'))
    const graph = readOnnx(bytes)
    const inputs = randomInputs(graph)
    const got = run(graph, inputs)
    const scores = got.get('scores') as Tensor<'float32'> // declared float32
    expect(scores.shape).toEqual([1, 4420, 2])
    for (let i = 0; i < scores.data.length; i += 2)
      expect(scores.data[i]! + scores.data[i + 1]!).toBeCloseTo(1, 5)
    if (ort) for (const [name, value] of await runOrt(ort, bytes, inputs)) expectNear(got.get(name)!, value)
  })

  it(
    'yolox_nano gives each place a box, and probabilities of an object and of 80 classes',
    timeout,
    async () => {
      const bytes = readFileSync(path('yolox_nano', 'yolox_nano.onnx'))
      const graph = readOnnx(bytes)
      const inputs = randomInputs(graph)
      const got = run(graph, inputs)
      const { shape, data } = got.get('output') as Tensor<'float32'> // declared float32
      expect(shape).toEqual([1, 3549, 85])
      const likely = data.filter((_, i) => i % 85 >= 4)
      expect(likely.every((p) => p >= 0 && p <= 1)).toBe(true)
      if (ort) for (const [name, value] of await runOrt(ort, bytes, inputs)) expectNear(got.get(name)!, value)
    },
  )
})

const expectNear = (got: Value, expected: Value): void =>
  expect(difference(got, expected, ofLargest(expected))).toBeUndefined()

describe.skipIf(!present || !ort)('models compared with onnxruntime-node', () => {
  const folders = ['kws_micronet_m', 'control_flow'] as const
  const files = present
    ? folders.flatMap((folder) =>
        readdirSync(path(folder))
          .filter((name) => name.endsWith('.onnx'))
          .map((name) => [folder, name] as const),
      )
    : []
  for (const [folder, file] of files) {
    it(`${folder}/${file}`, timeout, async () => {
      const bytes = readFileSync(path(folder, file))
      const graph = readOnnx(bytes)
      const inputs = randomInputs(graph)
      const expected = await runOrt(ort!, bytes, inputs)
      const got = run(graph, inputs)
      // Quantised models may round a half the other way than the peer's integer kernels: one step of the last scale.
      const tolerance =
        folder === 'kws_micronet_m' && !file.includes('fp32') ? { relative: 0, absolute: 0.02 } : undefined
      for (const [name, value] of expected)
        expect(difference(got.get(name)!, value, tolerance ?? ofLargest(value))).toBeUndefined()
    })
  }
})

/** Seeded inputs; unknown sizes are 1, counters are 3. */
function randomInputs(graph: Graph): Map<string, Tensor> {
  const g = generator(randomStream(7))
  return new Map(
    graph.inputs
      .filter((name) => !graph.constants.has(name))
      .map((name) => {
        const type = graph.types.get(name)
        if (type?.kind !== 'tensor') throw new Error(`${name} is no tensor`)
        const shape = (type.shape ?? []).map((size) => (typeof size === 'number' ? size : 1))
        if (type.dtype === 'int64') return [name, tensor('int64', shape, BigInt64Array.of(3n))]
        return [name, g.tensor(type.dtype, shape)]
      }),
  )
}
