/** Leases on one version of a model. */
import type { Principal } from './principal.ts'
import type { ServedVersion } from './served-version.ts'

export interface LoadModelRequest {
  readonly model: string
  readonly version: string | undefined
  /** Empty or `cpu`. */
  readonly device: string
  /** The server's own term unless given. */
  readonly leaseMs: number | undefined
}

export interface Lease {
  readonly handle: string
  readonly device: string
  readonly expiresAtMs: number
  readonly served: ServedVersion
}

export interface Sessions {
  /**
   * Holds a version for a client; the least recently used lease gives way where there are too many, in number or bytes.
   *
   * @throws what `Models.find` throws, SLP-R9 for another device.
   */
  open(request: LoadModelRequest, principal: Principal): Promise<Lease>
  /** The model of a lease, which need not be ready. Throws what `use` throws for a handle. */
  modelOf(handle: string, principal: Principal): string
  /** Throws SLP-R16 for a handle that is unknown, of another tenant, or expired. */
  use(handle: string, principal: Principal): Lease
  renew(handle: string, leaseMs: number | undefined, principal: Principal): Promise<Lease>
  close(handle: string, principal: Principal): Promise<void>
  list(principal: Principal): readonly Lease[]
}
