/**
 * Signatures of locks: an in-toto statement about the locked files in a DSSE envelope, as the OpenSSF's model signing has
 * it, with an Ed25519 key.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { SlipwayError } from '@slipway/core'
import { lockText, type ModelLock, parseLock, sha256 } from '@slipway/core/verify'
import { readBytes } from './read-file.ts'

const payloadType = 'application/vnd.in-toto+json'
const statementType = 'https://in-toto.io/Statement/v1'
const predicateType = 'https://model_signing/signature/v1.0'

/** Where the signature of a lock lies. */
export const signaturePath = (lock: string): string => `${lock}.sig.json`

interface Envelope {
  readonly payloadType: string
  /** Base64. */
  readonly payload: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

/** Signs a lock with a private key, both files; writes the envelope beside the lock. Throws SLP-C1, SLP-C2. */
export async function signLock(path: string, keyPath: string): Promise<string> {
  const lock = parseLock(new TextDecoder().decode(await readBytes(path)))
  const key = await readKey(keyPath, createPrivateKey)
  const payload = Buffer.from(JSON.stringify(await statementOf(lock)))
  const sig = sign(null, preAuthentication(payload), key).toString('base64')
  const keyid = await sha256(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  const envelope: Envelope = {
    payloadType,
    payload: payload.toString('base64'),
    signatures: [{ keyid, sig }],
  }
  const target = signaturePath(path)
  try {
    await writeFile(target, `${JSON.stringify(envelope, null, 2)}\n`)
  } catch (cause) {
    throw new SlipwayError('SLP-C2', `Cannot write file "${target}"`, { cause })
  }
  return target
}

/** The lock, if the owner of the key has signed it as it is. Throws SLP-D3 where not, and SLP-C1, SLP-C2, SLP-F1. */
export async function readSignedLock(path: string, keyPath: string): Promise<ModelLock> {
  const lock = parseLock(new TextDecoder().decode(await readBytes(path)))
  const key = await readKey(keyPath, createPublicKey)
  const { payload, signatures } = parseEnvelope(await readBytes(signaturePath(path)), path)
  const bytes = Buffer.from(payload, 'base64')
  const signed = preAuthentication(bytes)
  if (!signatures.some(({ sig }) => verify(null, signed, key, Buffer.from(sig, 'base64'))))
    throw refusal(path, 'the owner of the key must have signed it, got another signature')
  if (bytes.toString('utf8') !== JSON.stringify(await statementOf(lock)))
    throw refusal(path, 'it must be as it was when it was signed, got a changed one')
  return lock
}

const refusal = (path: string, rule: string) =>
  new SlipwayError('SLP-D3', `Cannot trust lock "${path}": ${rule}`)

/** The files of the lock by their hashes, and the whole lock. */
async function statementOf(lock: ModelLock): Promise<object> {
  const models = Object.entries(lock.models).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    _type: statementType,
    subject: models.map(([name, { sha256: hash }]) => ({ name, digest: { sha256: hash } })),
    predicateType,
    predicate: { lock: { sha256: await sha256(lockText(lock)) } },
  }
}

/** What DSSE signs, so that a signature of one type of payload is none of another. */
function preAuthentication(payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
    payload,
  ])
}

async function readKey(path: string, parse: (pem: Buffer) => KeyObject): Promise<KeyObject> {
  let key: KeyObject
  try {
    key = parse(Buffer.from(await readBytes(path)))
  } catch (cause) {
    if (cause instanceof SlipwayError) throw cause
    throw new SlipwayError('SLP-C1', `Cannot read key "${path}": it must be a PEM file`, { cause })
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new SlipwayError(
    'SLP-C1',
    `Cannot use key "${path}": it must be an Ed25519 key, got ${key.asymmetricKeyType}`,
    {
      remedy: 'Make one: openssl genpkey -algorithm ed25519 -out key.pem.',
    },
  )
}

function parseEnvelope(bytes: Uint8Array, path: string): Envelope {
  let parsed: Partial<Envelope> | null
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new SlipwayError('SLP-F1', `Cannot read signature of "${path}": it must be JSON`, { cause })
  }
  const { payloadType: type, payload, signatures } = parsed ?? {}
  const isWhole =
    type === payloadType &&
    typeof payload === 'string' &&
    Array.isArray(signatures) &&
    signatures.every((one) => typeof one?.sig === 'string')
  if (!isWhole) throw refusal(path, `its signature must be an envelope of ${payloadType}, got another one`)
  return { payloadType: type, payload, signatures }
}
