import type { Call } from './method.ts'

/** Does what changes the server, and tells who did it and whether it worked. */
export async function audited<T>(
  { services, caller }: Call,
  action: string,
  target: string,
  detail: Readonly<Record<string, unknown>>,
  run: () => T | Promise<T>,
): Promise<T> {
  const { subject } = caller.principal
  const tell = (ok: boolean) => services.observe({ kind: 'audit', subject, action, target, detail, ok })
  try {
    const result = await run()
    tell(true)
    return result
  } catch (error) {
    tell(false)
    throw error
  }
}
