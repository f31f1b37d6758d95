/** What the store asks of a database: statements with `?` for values, and transactions. */

export type SqlValue = string | number | null
export type Row = Readonly<Record<string, unknown>>

export interface Statements {
  /** Rows of a query, or none for a change. */
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>
  /** How many rows a change touched. */
  change(sql: string, values?: readonly SqlValue[]): Promise<number>
}

export interface Database extends Statements {
  /** All or nothing; on the disk once it resolves. Transactions that touch the same rows follow each other. */
  transaction<T>(act: (statements: Statements) => Promise<T>): Promise<T>
  /** Makes the tables that are missing; replicas that start together do not disturb each other. */
  migrate(schema: readonly string[]): Promise<void>
  close(): Promise<void>
}
