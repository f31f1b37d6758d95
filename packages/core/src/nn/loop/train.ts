/** The training loop: what happens in which order. */
import { SlipwayError } from '../../base/errors.ts'
import type { Manifest } from '../checkpoint/checkpoint.ts'
import { applyCheckpoint, takeCheckpoint } from '../checkpoint/take.ts'
import { emitter, type HookName, type Logs, type Run } from './callback.ts'
import type { FitResult, Settings } from './fit.ts'
import { type HostBatch, type Means, means, weightOf } from './means.ts'
import type { Steps } from './steps.ts'

/** Where the loop is; `run` shows it to callbacks. */
interface State {
  epoch: number
  batch: number
  step: number
  means: Means
  readonly history: Logs[]
  stopped: string | undefined
  best: Manifest['best']
}

interface Loop extends Settings {
  readonly steps: Steps
  readonly state: State
  readonly run: Run
  readonly emit: (hook: HookName, logs?: Logs) => Promise<void>
}

export async function trainAll(settings: Settings, steps: Steps): Promise<FitResult> {
  const loop = openLoop(settings, steps)
  const { state, emit, epochs, mostSteps } = loop
  await resume(loop)
  await emit('onTrainBegin')
  halt(loop)
  while (state.epoch < epochs && state.step < mostSteps && !state.stopped) await trainEpoch(loop)
  await emit('onTrainEnd', state.history.at(-1))
  const { history, epoch, step, stopped } = state
  return { history: [...history], epochs: epoch, steps: step, stopped }
}

function openLoop(settings: Settings, steps: Steps): Loop {
  const state: State = {
    epoch: 0,
    batch: 0,
    step: 0,
    means: means(),
    history: [],
    stopped: undefined,
    best: undefined,
  }
  const { model, optimizer, epochs, data, mostBatches } = settings
  const run: Run = {
    model,
    optimizer,
    epochs,
    batches: data.size === undefined ? undefined : Math.min(data.size, mostBatches),
    get epoch() {
      return state.epoch
    },
    get batch() {
      return state.batch
    },
    get step() {
      return state.step
    },
    get examples() {
      return state.means.weight
    },
    get logs() {
      return state.means.logs()
    },
    history: state.history,
    get stopped() {
      return state.stopped
    },
    stop(reason) {
      state.stopped ??= reason
    },
  }
  const call = emitter(settings.callbacks)
  return { ...settings, steps, state, run, emit: (hook, logs = {}) => call(hook, run, logs) }
}

async function trainEpoch(loop: Loop): Promise<void> {
  const { state, run, emit, model, validation, checkpoint } = loop
  model.train()
  await emit('onEpochBegin')
  const isWhole = await trainBatches(loop)
  if (state.batch === 0)
    throw new SlipwayError('SLP-B1', 'Cannot train: the data must have batches, got none')
  if (!isWhole) {
    // The position is inside of the epoch: who goes on from here does the rest of it.
    await save(loop)
    if (loop.signal?.aborted) return
  }
  const logs = { ...run.logs, ...(validation && (await validate(loop, validation))) }
  state.history.push(logs)
  await emit('onEpochEnd', logs)
  state.epoch += 1
  state.batch = 0
  state.means = means()
  if (!isWhole || !checkpoint) return
  const isBest = improves(loop, logs)
  const isDue = state.epoch % (checkpoint.everyEpochs ?? 1) === 0
  if (isBest || isDue || state.stopped || state.epoch === loop.epochs) await save(loop, isBest)
}

/** The rest of the epoch. Gives false where it stopped within. */
async function trainBatches(loop: Loop): Promise<boolean> {
  const { state, emit, steps, accumulate, mostSteps, checkpoint } = loop
  let [pending, weightSum] = [0, 0]
  for await (const batch of batchesOf(loop)) {
    await emit('onTrainBatchBegin')
    const weight = weightOf(batch)
    const { values, reports } = await steps.train(batch, weight)
    pending += 1
    weightSum += weight
    const applied = accumulate === 1 ? reports : pending === accumulate ? await steps.apply(weightSum) : {}
    const isStep = pending === accumulate
    if (isStep) {
      state.step += 1
      pending = weightSum = 0
    }
    state.means.add(values, applied, weight)
    state.batch += 1
    await emit('onTrainBatchEnd', { ...values, ...applied })
    halt(loop)
    if (!isStep) continue
    if (state.stopped || state.step >= mostSteps) return false
    if (checkpoint?.everySteps && state.step % checkpoint.everySteps === 0) await save(loop)
  }
  if (pending > 0) {
    state.means.add({}, await steps.apply(weightSum), 0)
    state.step += 1
  }
  return true
}

/** Tells the reason of the signal as that of the run. */
function halt({ signal, run }: Loop): void {
  if (signal?.aborted)
    run.stop(signal.reason instanceof Error ? signal.reason.message : String(signal.reason))
}

async function* batchesOf({ data, state, mostBatches, isFixed }: Loop): AsyncIterable<HostBatch> {
  const { epoch, batch } = state
  let left = mostBatches - batch
  if (left <= 0) return
  for await (const one of data.pass({ epoch: isFixed ? 0 : epoch, skip: batch })) {
    yield one
    if (--left <= 0) return
  }
}

async function validate(
  { model, emit, steps, mostBatches }: Loop,
  validation: NonNullable<Settings['validation']>,
): Promise<Logs> {
  model.eval()
  await emit('onTestBegin')
  const sums = means()
  let left = mostBatches
  for await (const batch of validation.pass({ epoch: 0 })) {
    sums.add(await steps.test(batch), {}, weightOf(batch))
    if (--left <= 0) break
  }
  const logs = Object.fromEntries(Object.entries(sums.logs()).map(([name, one]) => [`val_${name}`, one]))
  await emit('onTestEnd', logs)
  model.train()
  return logs
}

/** Whether an epoch is the best one so far. */
function improves({ state, checkpoint, validation }: Loop, logs: Logs): boolean {
  const { monitor = validation ? 'val_loss' : 'loss', mode = 'min' } = checkpoint ?? {}
  const value = logs[monitor]
  if (value === undefined) {
    const rule = `it must be among ${Object.keys(logs).join(', ')}`
    throw new SlipwayError('SLP-O1', `Cannot tell the best checkpoint by "${monitor}": ${rule}, got none`)
  }
  const { best } = state
  const isBetter = !best || (mode === 'min' ? value < best.value : value > best.value)
  if (!isBetter || Number.isNaN(value)) return false
  state.best = { monitor, value, epoch: state.epoch }
  return true
}

async function save(loop: Loop, isBest = false): Promise<void> {
  const { state, checkpoint, steps, seed } = loop
  if (!checkpoint) return
  const { epoch, batch, step, history, best } = state
  const position = { epoch, batch, step, seed, history: [...history], best }
  const taken = await takeCheckpoint(loop, { ...position, calls: steps.calls, means: state.means.state() })
  await checkpoint.store.save(taken, { isBest })
}

async function resume(loop: Loop): Promise<void> {
  const { checkpoint, steps, state, seed } = loop
  const found = checkpoint?.resume === false ? undefined : await checkpoint?.store.latest()
  if (!found) return
  const { manifest } = found
  if (manifest.seed !== seed) {
    throw new SlipwayError(
      'SLP-T4',
      `Cannot go on from the checkpoint: the seed must be ${manifest.seed}, got ${seed}`,
      { remedy: 'Give the same seed, or { resume: false } to begin anew.' },
    )
  }
  applyCheckpoint(loop, found)
  steps.calls = manifest.calls
  state.epoch = manifest.epoch
  state.batch = manifest.batch
  state.step = manifest.step
  state.means = means(manifest.means)
  state.history.push(...manifest.history)
  state.best = manifest.best
}
