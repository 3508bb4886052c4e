import { fileURLToPath } from "node:url";

const FILE = fileURLToPath(new URL("../../../../web/client/broadcast_hub.d.ts", import.meta.url));

/** npm's `typescript`, or an error that says where to get it. */
export async function loadTypeScript() {
  const { default: typescript } = await import("typescript").catch((error) => {
    throw new Error("typescript is missing: run ./test/run.sh, which installs it.", { cause: error });
  });
  return typescript;
}

/** What broadcast_hub.d.ts declares, as the compiler understands it. */
export class Declarations {
  static async read() {
    return new Declarations(await loadTypeScript());
  }

  #ts;
  #checker;
  #exports;

  constructor(typescript) {
    this.#ts = typescript;
    const program = typescript.createProgram([FILE], { strict: true, types: [] });
    this.#checker = program.getTypeChecker();
    const module = this.#checker.getSymbolAtLocation(program.getSourceFile(FILE));
    this.#exports = this.#checker.getExportsOfModule(module);
  }

  get names() {
    return this.#exports.map(({ name }) => name).sort();
  }

  /** Those that are there at run time. */
  get values() {
    return this.#exports
      .filter(({ flags }) => flags & this.#ts.SymbolFlags.Value)
      .map(({ name }) => name)
      .sort();
  }

  /** The members of an interface, with those that it extends; none of what is no interface. */
  members(name) {
    const symbol = this.#exports.find((one) => one.name === name);
    if (!(symbol.flags & this.#ts.SymbolFlags.Interface)) return [];
    const members = this.#checker.getDeclaredTypeOfSymbol(symbol).getProperties();
    return members.map((member) => this.#describe(member));
  }

  /** Those that the interface does not have from another. */
  ownMembers(name) {
    const { members = [] } = this.#exports.find((one) => one.name === name);
    return this.members(name).filter((member) => members.has(member.name));
  }

  #describe(member) {
    const { SymbolFlags, ModifierFlags, getCombinedModifierFlags } = this.#ts;
    const [declaration] = member.declarations;
    return {
      name: member.name,
      isMethod: !!(member.flags & SymbolFlags.Method),
      isOptional: !!(member.flags & SymbolFlags.Optional),
      isReadonly: !!(getCombinedModifierFlags(declaration) & ModifierFlags.Readonly),
    };
  }
}
