/** Gauges of the GPUs. */
import { Gauge, type Registry } from 'prom-client'
import type { Gpu } from './gpu.ts'

export type ReadGpus = () => Promise<readonly Gpu[]>

export function registerGpuGauges(registry: Registry, read: ReadGpus): void {
  const readOnce = shareReads(read)
  const gauge = (name: string, help: string, value: (gpu: Gpu) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['gpu_uuid'],
      registers: [registry],
      async collect() {
        const gpus = await readOnce()
        this.reset()
        for (const gpu of gpus) this.set({ gpu_uuid: gpu.uuid }, value(gpu))
      },
    })
  gauge(
    'slipway_gpu_utilization_ratio',
    'Share of the time in which the GPU was busy.',
    ({ utilization }) => utilization,
  )
  gauge(
    'slipway_gpu_memory_used_bytes',
    'Memory of the GPU in use.',
    ({ memoryUsedBytes }) => memoryUsedBytes,
  )
}

/** A scrape collects all gauges at the same time, and they want the same answer of one program. */
function shareReads(read: ReadGpus): ReadGpus {
  let reading: Promise<readonly Gpu[]> | undefined
  return () => {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }
}
