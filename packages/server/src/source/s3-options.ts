/** Where an S3-compatible store is, and who asks. */
import { SlipwayError } from '@slipway/core'

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface S3Location {
  readonly bucket: string
  /** Empty, or ends with `/`. */
  readonly prefix: string
  /** With protocol, host and port; undefined: Amazon's own. */
  readonly endpoint: string | undefined
}

export interface S3Options {
  readonly location: S3Location
  readonly region: string
  /** True: the bucket stands in the path, not in the name of the host. */
  readonly pathStyle: boolean
  /** Undefined: requests are not signed, for buckets that everybody may read. */
  readonly credentials: S3Credentials | undefined
}

export const isS3Url = (text: string): boolean => text.startsWith('s3://')

/**
 * Reads `s3://bucket/prefix`, and the form with a server in it: `s3://http://host:9000/bucket/prefix`, where a host
 * with a port and no protocol is asked over https.
 *
 * @throws SLP-R8 for anything else.
 */
export function parseS3Url(url: string): S3Location {
  const served =
    /^s3:\/\/(?:(https?):\/\/([^/?#\s]+)|([^/?#\s]+:[0-9]{1,5}))\/([^/:?#\s]+)(?:\/([^?#]*))?$/.exec(url)
  if (served) {
    const [, protocol = 'https', host = served[3]!, , bucket, path] = served
    return { bucket: bucket!, prefix: prefixOf(path), endpoint: `${protocol}://${host}` }
  }
  const plain = /^s3:\/\/([^/:?#\s]+)(?:\/([^?#]*))?$/.exec(url)
  if (plain) return { bucket: plain[1]!, prefix: prefixOf(plain[2]), endpoint: undefined }
  const rule = 'it must look like s3://bucket/prefix or s3://https://host:port/bucket/prefix'
  throw new SlipwayError('SLP-R8', `Cannot read model repository: ${rule}, got ${JSON.stringify(url)}`)
}

function prefixOf(path = ''): string {
  const prefix = path.replace(/\/+$/, '')
  return prefix === '' ? '' : `${prefix}/`
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The names that Amazon's own tools use: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION or
 * AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL. A server in the URL goes first.
 */
export function s3OptionsOf(url: string, environment: Environment): S3Options {
  const location = parseS3Url(url)
  const endpoint = location.endpoint ?? environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL']
  const accessKeyId = environment['AWS_ACCESS_KEY_ID']
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY']
  const sessionToken = environment['AWS_SESSION_TOKEN']
  return {
    location: { ...location, endpoint },
    region: environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    // Servers other than Amazon's rarely have a name for each bucket.
    pathStyle: endpoint !== undefined,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined,
  }
}
