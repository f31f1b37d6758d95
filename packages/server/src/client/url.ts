/** Where a server is, and how it is trusted. */
import { SlipwayError } from '@slipway/core'

export interface TlsOptions {
  /** PEM, of the authority; those that Node knows unless given. */
  readonly ca?: string | Buffer
  /** PEM; for a server that asks clients for a certificate. */
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
}

export interface Place {
  /** Such as `http://host:8000`. */
  readonly origin: string
  /** Such as `host:8001`. */
  readonly target: string
  /** In front of all paths; empty or without a slash at its end. */
  readonly prefix: string
  readonly isSecure: boolean
}

const secure: Readonly<Record<string, boolean>> = {
  'http:': false,
  'https:': true,
  'grpc:': false,
  'grpcs:': true,
}

/** Throws SLP-R4 for another scheme. */
export function placeOf(url: string): Place {
  const given = URL.canParse(url) ? new URL(url) : undefined
  const isSecure = given && secure[given.protocol]
  if (!given || isSecure === undefined) {
    throw new SlipwayError(
      'SLP-R4',
      `Cannot reach server: its URL must be http, https, grpc or grpcs, got "${url}"`,
    )
  }
  // Only http and https leave out their own port.
  const port = given.port || (isSecure ? '443' : '80')
  return {
    origin: `http${isSecure ? 's' : ''}://${given.hostname}:${port}`,
    target: `${given.hostname}:${port}`,
    prefix: given.pathname.replace(/\/+$/, ''),
    isSecure,
  }
}
