/** Opens a version within the bound on memory, and keeps in mind whether what runs it is dead. */
import { SlipwayError } from '@slipway/core'
import type { Host } from './host.ts'
import type { Share } from './memory-budget.ts'
import { type OpenVersion, openVersion, type VersionRequest } from './open-version.ts'

export interface CountedVersion extends OpenVersion {
  /** Why nothing runs it any more; undefined as long as something does. */
  readonly broken: string | undefined
}

export interface CountedRequest extends Pick<VersionRequest, 'model' | 'version' | 'source' | 'config'> {
  /** Called once it is closed. */
  onClosed(): Promise<void>
  /** Told where it breaks after it has been opened. */
  onBroken(open: CountedVersion): void
}

/** Throws SLP-R7 while the server ends, SLP-R8 where memory does not suffice, and what `openVersion` throws. */
export async function openCounted(host: Host, request: CountedRequest): Promise<CountedVersion> {
  if (host.isClosing())
    throw new SlipwayError('SLP-R7', 'Cannot load model: the server must be up, got it stopping')
  const { model, version, source, config, onClosed } = request
  let share: Share | undefined
  let broken: string | undefined
  let counted: CountedVersion | undefined
  try {
    const open = await openVersion(host, {
      ...{ model, version, source, config },
      onSize: (bytes) => {
        share = host.budget.add(`version ${version} of model "${model}"`, bytes)
      },
      onBroken: (why) => {
        broken = `what runs the version is dead: ${why}`
        if (counted) request.onBroken(counted)
      },
    })
    try {
      share?.measure(() => open.served.sizeBytes)
    } catch (error) {
      await open.retire()
      throw error
    }
    const close = async () => {
      share?.remove()
      await onClosed()
    }
    counted = count(open, { broken: () => broken, close })
    return counted
  } catch (error) {
    share?.remove()
    throw error
  }
}

interface Ends {
  broken(): string | undefined
  close(): Promise<void>
}

function count(open: OpenVersion, { broken, close }: Ends): CountedVersion {
  let retirement: Promise<void> | undefined
  return {
    ...open,
    get broken() {
      return broken()
    },
    retire() {
      retirement ??= open.retire().finally(close)
      return retirement
    },
  }
}
