// The only name of the browser that the client's declarations need. Where there is no browser it
// comes from Node's own declarations (npm's `@types/node`).
declare class URL {
  constructor(url: string);
  href: string;
}
