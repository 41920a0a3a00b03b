/** What makes Dawn take the SwiftShader beside a Chromium; undefined where there is none. */
export function swiftShaderEnvironment(chromium: string): Readonly<Record<string, string>> | undefined;
