// The only names of the browser that the client's declarations need. Where there is no browser
// they come from Node's own declarations (npm's `@types/node`).
declare class URL {
  constructor(url: string);
  href: string;
}
declare class AbortSignal {
  readonly aborted: boolean;
}
