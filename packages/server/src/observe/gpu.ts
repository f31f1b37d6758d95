/** What `nvidia-smi` says, where it answers. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Gpu {
  readonly uuid: string
  /** 0 to 1. */
  readonly utilization: number
  readonly memoryUsedBytes: number
}

const query = ['--query-gpu=uuid,utilization.gpu,memory.used', '--format=csv,noheader,nounits']
const timeoutMs = 2000

/** None where there is no such program or it does not answer in time. */
export async function readGpus(command = 'nvidia-smi'): Promise<readonly Gpu[]> {
  try {
    const { stdout } = await promisify(execFile)(command, query, { timeout: timeoutMs })
    return parseGpus(stdout)
  } catch {
    return []
  }
}

export function parseGpus(text: string): readonly Gpu[] {
  return text
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .filter((parts) => parts.length === 3)
    .map(([uuid = '', busy, used]) => ({
      uuid,
      utilization: Number(busy) / 100 || 0,
      memoryUsedBytes: Number(used) * 2 ** 20 || 0,
    }))
}
