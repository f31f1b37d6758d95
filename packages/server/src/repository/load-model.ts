/** Loads one model anew: reads its configuration, chooses its versions, and puts them in the place of the old ones. */
import { SlipwayError } from '@slipway/core'
import type { ServingConfig } from '../config/serving-config.ts'
import type { Clock } from '../contract/clock.ts'
import type { LoadOverrides } from '../contract/models.ts'
import { compileRollout } from '../router/compile-rollout.ts'
import type { FoundModel, ModelSource } from '../source/source.ts'
import type { Host } from './host.ts'
import type { ModelEntry } from './model-entry.ts'
import { overlaySource } from './overlay.ts'
import { isSettled, loadFingerprint, type Plan, planOf, readConfig } from './plan.ts'
import { reload } from './reload.ts'
import { stepsOf } from './step-graph.ts'

/** How often to look whether files are still being written, and how long in all. */
const settleStepMs = 250
const longestSettleMs = 60_000

/**
 * Resolves once all wanted versions serve. What served before goes on where something fails.
 *
 * @throws SLP-R1 for a model that is not in the source, SLP-R8 and SLP-R19 for what is wrong with it, SLP-R4 for files
 * that a call may not bring, SLP-R15 where it may bring none.
 */
export async function loadModel(
  host: Host,
  entry: ModelEntry,
  { config, files }: LoadOverrides,
  ensureReady: (step: string) => Promise<void>,
): Promise<void> {
  if (host.isClosing())
    throw new SlipwayError('SLP-R7', 'Cannot load model: the server must be up, got it stopping')
  if (files && files.size > 0) {
    const overlay = openOverlay(host, entry, files)
    const close = () => overlay[Symbol.asyncDispose]()
    await loadFrom(host, entry, { source: overlay, config, onClosed: async () => close() }, ensureReady)
  } else {
    const onClosed = () => Promise.resolve()
    await loadFrom(host, entry, { source: host.source, config, onClosed }, ensureReady)
  }
}

interface Origin {
  readonly source: ModelSource
  /** In place of the configuration of the source. */
  readonly config: string | undefined
  onClosed(): Promise<void>
}

async function loadFrom(
  host: Host,
  entry: ModelEntry,
  origin: Origin,
  ensureReady: (step: string) => Promise<void>,
): Promise<void> {
  const { source, onClosed } = origin
  let plan: Plan
  try {
    const found = await settled(host, source, entry.name)
    if (source === host.source) entry.found = found
    entry.applied = loadFingerprint(found)
    plan = await prepare(host, found, origin)
    for (const step of stepsOf(plan.config.model)) await ensureReady(step)
    entry.problem = ''
  } catch (error) {
    noteProblem(entry, error)
    await onClosed()
    throw error
  }
  const failures = await reload(host, entry, { ...plan, source, onClosed })
  const [first] = failures
  if (!first) return
  const [version, reason] = first
  throw new SlipwayError(
    'SLP-R8',
    `Cannot load model "${entry.name}": version ${version} failed, got "${reason}"`,
  )
}

async function prepare(host: Host, found: FoundModel, { source, config }: Origin): Promise<Plan> {
  const read: ServingConfig = await readConfig(source, found.name, config)
  // One that breaks a rule would otherwise fail every request.
  if (read.slipway.rollout) compileRollout({ model: found.name, ...read.slipway.rollout })
  const plan = planOf(found, read, host.defaultVersions ?? 'latest')
  if (plan.versions.length > 0) return plan
  const reason = found.problem ?? 'the version policy chooses none of its versions'
  throw new SlipwayError(
    'SLP-R8',
    `Cannot load model "${found.name}": it must have a version, got "${reason}"`,
  )
}

/** The model's files once nobody writes them any more. */
async function settled(host: Host, source: ModelSource, name: string): Promise<FoundModel> {
  const startMs = host.clock.nowMs()
  for (;;) {
    const found = await source.find(name)
    if (!found)
      throw new SlipwayError('SLP-R1', `Cannot find model: the repository has no such name, got "${name}"`)
    if (isSettled(found)) return found
    const isLate = host.clock.nowMs() - startMs > longestSettleMs
    const isUsable = found.configSettled && found.versions.some((version) => version.settled)
    if (isLate && isUsable) return found
    if (isLate || host.isClosing())
      throw new SlipwayError(
        'SLP-R8',
        `Cannot load model "${name}": its files must stay as they are, got changes`,
      )
    await sleep(host.clock, settleStepMs)
  }
}

const sleep = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => void clock.setTimer(ms, resolve))

/** A model that serves says so by its versions; their reason tells what could not take their place. */
function noteProblem(entry: ModelEntry, error: unknown): void {
  const reason = error instanceof SlipwayError ? error.message : 'the model could not be loaded'
  if (entry.versions.size === 0) entry.problem = reason
  for (const known of entry.versions.values()) known.reason = reason
}

function openOverlay(host: Host, { name }: ModelEntry, files: ReadonlyMap<string, Uint8Array>): ModelSource {
  if (!host.allowFileOverrides) {
    const rule = 'the server must be set to take files of a model from calls'
    throw new SlipwayError('SLP-R15', `Cannot load model "${name}" from files of a request: ${rule}`)
  }
  return overlaySource(name, files)
}
