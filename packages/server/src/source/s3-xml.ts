/** Answers of an S3-compatible store. */

import { SlipwayError } from '@slipway/core'
import { XMLParser } from 'fast-xml-parser'

export interface S3Object {
  readonly key: string
  readonly sizeBytes: number
  readonly etag: string
  /** In milliseconds since the epoch. */
  readonly modifiedMs: number
}

export interface S3Page {
  readonly objects: readonly S3Object[]
  /** Where the next page begins; undefined on the last one. */
  readonly next: string | undefined
  /** The clock of the store, in milliseconds since the epoch; NaN where it did not say. */
  readonly dateMs: number
}

// Texts stay texts: a key may look like a number.
const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: true,
  isArray: (name) => name === 'Contents',
})

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Throws SLP-F8 for what is no list of objects. */
export function readS3Page(xml: string): Omit<S3Page, 'dateMs'> {
  const result = rootOf(xml, 'ListBucketResult')
  if (!result) throw malformed('a list of objects')
  const list: unknown = result['Contents'] ?? []
  const decode = textOf(result['EncodingType']) === 'url' ? decodeKey : (key: string) => key
  const isCut = result['IsTruncated'] === 'true'
  const next = textOf(result['NextContinuationToken'])
  if (isCut && next === undefined) throw malformed('where the next page begins')
  return {
    objects: Array.isArray(list) ? list.map((entry: unknown) => objectOf(entry, decode)) : [],
    next: isCut ? next : undefined,
  }
}

/** The code of an error, where the text is one. */
export function readS3Error(xml: string): { readonly code: string | undefined } {
  return { code: textOf(rootOf(xml, 'Error')?.['Code']) }
}

function rootOf(xml: string, name: string): Fields | undefined {
  try {
    const document: unknown = parser.parse(xml)
    const root = isFields(document) ? document[name] : undefined
    if (isFields(root)) return root
    return root === '' ? {} : undefined
  } catch {
    return undefined
  }
}

function objectOf(entry: unknown, decode: (key: string) => string): S3Object {
  const fields = isFields(entry) ? entry : {}
  const key = textOf(fields['Key'])
  const etag = textOf(fields['ETag'])
  const sizeBytes = Number(textOf(fields['Size']) ?? Number.NaN)
  const modifiedMs = Date.parse(textOf(fields['LastModified']) ?? '')
  if (key === undefined || etag === undefined || !Number.isSafeInteger(sizeBytes))
    throw malformed('objects with key, tag and size')
  return { key: decode(key), sizeBytes, etag, modifiedMs: Number.isNaN(modifiedMs) ? 0 : modifiedMs }
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    throw malformed('keys that can be decoded')
  }
}

const malformed = (what: string) =>
  new SlipwayError(
    'SLP-F8',
    `Cannot read from object store: its answer must have ${what}, got something else`,
  )
