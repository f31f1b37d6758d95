/** The compiled functions of a training run: a step, its two halves where gradients are added up, and an evaluation. */
import { SlipwayError } from '../../base/errors.ts'
import { tensor as hostTensor } from '../../base/tensor.ts'
import { type CompileOptions, compile } from '../compile.ts'
import { grad } from '../gradients.ts'
import type { AnyModule } from '../module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { zerosLike } from '../optim/transform.ts'
import { isHandle, zeros } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Variable } from '../variable.ts'
import type { Logs } from './callback.ts'
import type { HostBatch } from './means.ts'

type Numbers = Readonly<Record<string, Tensor>>
type Batch = Readonly<Record<string, Tensor>>

export interface StepOptions extends Omit<CompileOptions, 'modules' | 'name'> {
  readonly model: AnyModule
  readonly optimizer: Optimizer
  readonly loss: (batch: Batch) => Tensor | ({ readonly loss: Tensor } & Numbers)
  /** True: gradients are added up, and applied by `apply`. */
  readonly adds: boolean
  readonly gradientNorms?: 'all' | 'each' | undefined
}

export interface StepNumbers {
  /** Means over the batch. */
  readonly values: Logs
  /** What the optimiser reports. */
  readonly reports: Logs
}

/** How often each function was called: random numbers depend on it. */
export interface Calls {
  readonly train: number
  readonly apply: number
  readonly test: number
}

export interface Steps {
  /** One batch, with the number of its examples. */
  train(batch: HostBatch, weight: number): Promise<StepNumbers>
  /** Changes the variables by the mean of the gradients that were added up, given the sum of the weights. */
  apply(weight: number): Promise<Logs>
  test(batch: HostBatch): Promise<Logs>
  calls: Calls
  dispose(): Promise<void>
}

export function openSteps(options: StepOptions): Steps {
  const { model, optimizer, loss, adds, gradientNorms, ...rest } = options
  const settings = { ...rest, modules: [model] }
  const sums = new Map<Variable, Variable>()
  const trainable = () => optimizer.variables.filter((one) => one.trainable)
  const sumOf = (one: Variable): Variable => {
    const found = sums.get(one) ?? zerosLike(one, `gradient_sum.${one.name}`)
    sums.set(one, found)
    return found
  }
  const forward = (batch: Batch) => scalarsOf(loss(batch))
  const change = (gradients: readonly Tensor[]): Numbers => ({
    ...normsOf(gradientNorms, trainable(), gradients),
    ...optimizer.apply(gradients),
  })
  const train = compile(
    ({ batch, weight }: { readonly batch: Batch; readonly weight?: Tensor }) => {
      const values = forward(batch)
      const variables = trainable()
      const gradients = grad(values.loss, variables)
      if (!weight) return { values, reports: change(gradients) }
      gradients.forEach((gradient, i) => {
        const sum = sumOf(variables[i]!)
        void sum.assign(sum.tensor.add(gradient.mul(weight.cast(gradient.dtype))))
      })
      return { values, reports: {} }
    },
    { ...settings, name: 'train step' },
  )
  const apply = compile(
    (weight: Tensor) => {
      const variables = trainable()
      const reports = change(variables.map((one) => sumOf(one).tensor.div(weight.cast(one.dtype))))
      for (const one of variables) void sumOf(one).assign(zeros(one.shape, one.dtype), weight)
      return reports
    },
    { ...settings, name: 'optimizer step' },
  )
  const test = compile(forward, { ...settings, name: 'evaluation' })
  return {
    async train(batch, weight) {
      const { values, reports } = await train({ batch, ...(adds && { weight: scalar(weight) }) })
      return { values: numbersOf(values), reports: numbersOf(reports) }
    },
    apply: async (weight) => numbersOf(await apply(scalar(weight))),
    test: async (batch) => numbersOf(await test(batch)),
    get calls() {
      return { train: train.calls, apply: apply.calls, test: test.calls }
    },
    set calls(calls) {
      train.calls = calls.train
      apply.calls = calls.apply
      test.calls = calls.test
    },
    async dispose() {
      for (const one of [train, apply, test]) await one.dispose()
    },
  }
}

function normsOf(
  which: 'all' | 'each' | undefined,
  variables: readonly Variable[],
  gradients: readonly Tensor[],
): Numbers {
  if (!which || gradients.length === 0) return {}
  const squares = gradients.map((one) => one.square().sum().cast('float32'))
  const gradientNorm = squares.reduce((sum, one) => sum.add(one)).sqrt()
  if (which === 'all') return { gradientNorm }
  const each = variables.map(({ name }, i) => [`gradientNorm/${name}`, squares[i]!.sqrt()] as const)
  return { gradientNorm, ...Object.fromEntries(each) }
}

function scalarsOf(
  result: Tensor | ({ readonly loss: Tensor } & Numbers),
): { readonly loss: Tensor } & Numbers {
  const all: { readonly loss: Tensor } & Numbers = isHandle(result) ? { loss: result } : result
  for (const [name, one] of Object.entries(all)) assertScalar(name, one)
  return all
}

function assertScalar(name: string, one: Tensor): void {
  if (one.rank === 0) return
  throw new SlipwayError(
    'SLP-A2',
    `Cannot train: "${name}" must be one number for the batch, got the shape [${one.shape}]`,
    { remedy: 'Take the mean over the examples that count.' },
  )
}

const scalar = (value: number) => hostTensor('float32', [], Float32Array.of(value))

function numbersOf(tensors: Numbers): Logs {
  return Object.fromEntries(Object.entries(tensors).map(([name, one]) => [name, one.item()]))
}
