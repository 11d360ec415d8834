import type { PermissionScope } from './types.ts';

/** What a snippet is to allow. */
export type Allowance =
  | { readonly kind: 'api'; readonly api: string }
  | { readonly kind: 'unsafe' }
  | { readonly kind: 'extern' }
  | { readonly kind: 'proc-macro' }
  | { readonly kind: 'build-script' }
  | { readonly kind: 'sandbox-network' }
  | { readonly kind: 'import'; readonly apis: readonly string[] }
  | { readonly kind: 'build-instruction'; readonly instruction: string };

/** The lines of cackle.toml that allow something in a scope, with dotted keys below the package's table. */
export function allowSnippet(scope: PermissionScope, allowance: Allowance): string {
  const name = /^[A-Za-z0-9_-]+$/.test(scope.package)
    ? scope.package
    : JSON.stringify(scope.package);
  if (allowance.kind === 'build-script') return `[pkg.${name}.build]`;
  const prefix = scope.suffix === '' ? '' : `${scope.suffix}.`;
  return `[pkg.${name}]\n${prefix}${setting(allowance)}`;
}

function setting(allowance: Exclude<Allowance, { kind: 'build-script' }>): string {
  switch (allowance.kind) {
    case 'api':
      return `allow_apis = [${JSON.stringify(allowance.api)}]`;
    case 'unsafe':
      return 'allow_unsafe = true';
    case 'extern':
      return 'allow_extern = true';
    case 'proc-macro':
      return 'allow_proc_macro = true';
    case 'sandbox-network':
      return 'sandbox.allow_network = true';
    case 'import':
      return `import = [${allowance.apis.map((api) => JSON.stringify(api)).join(', ')}]${allowance.apis.length > 0 ? '  # or [] for none' : ''}`;
    case 'build-instruction': {
      const end = allowance.instruction.indexOf('=');
      const rule = end < 0 ? allowance.instruction : `${allowance.instruction.slice(0, end)}=*`;
      return `allow_build_instructions = [${JSON.stringify(rule)}]`;
    }
  }
}
