/** The version of this command line, which provenance and locks name. */
export const version = '0.1.0'
