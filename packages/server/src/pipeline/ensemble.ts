/** An ensemble: a request runs through several models, each as soon as the tensors that it reads are there. */
import { SlipwayError, type Tensor } from '@slipway/core'
import type { Job, JobResult, Scheduler } from '../contract/job.ts'
import type { Models } from '../contract/models.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { ModelConfig, ModelEnsembling_Step } from '../proto/model_config_pb.ts'
import { copyTensor } from '../scheduler/tensor-rows.ts'

export interface EnsembleOptions {
  readonly model: string
  readonly config: ModelConfig
  /** The version of a step's model: the given one, else what its routing has as the default. */
  readonly find: Models['find']
}

interface Run {
  readonly tensors: Map<string, Tensor>
  readonly job: Job
  /** Steps that have not begun. */
  readonly waiting: Set<ModelEnsembling_Step>
  /** Aborted when a step fails, so that the others stop. */
  readonly signal: AbortSignal
}

/** The scheduler of an ensemble has no queue of its own; those of its steps bound it. */
export function createEnsemble({ model, config, find }: EnsembleOptions): Scheduler {
  const steps =
    config.schedulingChoice.case === 'ensembleScheduling' ? config.schedulingChoice.value.step : []
  let running = 0
  let draining = false
  const idle: (() => void)[] = []

  return {
    pending: 0,
    get running() {
      return running
    },
    async submit(job) {
      if (draining) throw stopping(model)
      running++
      try {
        return await execute(job)
      } finally {
        running--
        if (running === 0) for (const resolve of idle.splice(0)) resolve()
      }
    },
    async drain() {
      draining = true
      if (running > 0) await new Promise<void>((resolve) => idle.push(resolve))
    },
  }

  async function execute(job: Job): Promise<JobResult> {
    const startMs = performance.now()
    const failure = new AbortController()
    const signal = AbortSignal.any([job.signal, failure.signal])
    const run: Run = { tensors: new Map(job.inputs), job, waiting: new Set(steps), signal }
    try {
      await advance(run)
    } catch (error) {
      failure.abort(error)
      throw error
    }
    const endMs = performance.now()
    const outputs = new Map(job.outputs.map((name) => [name, outputOf(name, run.tensors)]))
    const times = {
      queuedMs: startMs,
      dispatchedMs: startMs,
      computeStartMs: startMs,
      computeEndMs: endMs,
      endedMs: endMs,
    }
    return { outputs, times, batchSize: 1 }
  }

  /** Starts every step that can begin; each does the same when it ends. */
  async function advance(run: Run): Promise<void> {
    const begun = [...run.waiting].filter((step) =>
      Object.values(step.inputMap).every((tensor) => run.tensors.has(tensor)),
    )
    for (const step of begun) run.waiting.delete(step)
    await Promise.all(
      begun.map(async (step) => {
        for (const [name, tensor] of await runStep(step, run)) run.tensors.set(name, tensor)
        await advance(run)
      }),
    )
  }

  async function runStep(step: ModelEnsembling_Step, { tensors, job, signal }: Run) {
    const version = step.modelVersion > 0n ? String(step.modelVersion) : undefined
    const served = find(step.modelName, version)
    const release = served.hold()
    try {
      const inputs = new Map(
        // Several steps may read a tensor, and each run takes the memory of its inputs.
        Object.entries(step.inputMap).map(([input, tensor]) => [input, copyTensor(tensors.get(tensor)!)]),
      )
      const { parameters, deadlineMs } = job
      const outputs = Object.keys(step.outputMap)
      const result = await served.scheduler.submit({ inputs, outputs, parameters, signal, deadlineMs })
      return outputs.map(
        (output) => [step.outputMap[output]!, stepOutput(served, output, result.outputs)] as const,
      )
    } finally {
      release()
    }
  }

  function outputOf(name: string, tensors: ReadonlyMap<string, Tensor>): Tensor {
    const found = tensors.get(name)
    if (found) return found
    throw new SlipwayError('SLP-S8', `Cannot run ensemble "${model}": a step must give "${name}", got none`)
  }
}

function stepOutput({ model }: ServedVersion, name: string, outputs: ReadonlyMap<string, Tensor>): Tensor {
  const found = outputs.get(name)
  if (found) return found
  throw new SlipwayError('SLP-S8', `Cannot run step: model "${model}" must give "${name}", got nothing`)
}

function stopping(model: string): SlipwayError {
  return new SlipwayError('SLP-R7', `Cannot run model "${model}": it must be loaded, got it being unloaded`)
}
