/** Look of the HTML report: the tokens of the web app, no fonts or pictures from elsewhere, one sheet for screen, phone and paper. */

export const htmlStyle = `:root{color-scheme:light dark;--canvas:#f4f6f8;--surface:#ffffff;--sunken:#edeff2;--line:#dce0e4;--line-strong:#848a90;--ink:#13191f;--ink-2:#464e57;--ink-3:#5f6770;--accent:#2554ca;--accent-ink:#1a48bc;--critical:#b4062e;--critical-ink:#9c0426;--critical-tint:#ffebeb;--on-critical:#ffffff;--high:#c74c09;--high-ink:#973c01;--high-tint:#ffeee0;--medium:#a98308;--medium-ink:#7a5405;--medium-tint:#fdf3d6;--low:#057aa5;--low-ink:#125d7c;--low-tint:#e6f5fb;--info:#7c8289;--info-ink:#515962;--info-tint:#ebeff2;--ok:#228f61;--ok-ink:#09613f;--ok-tint:#e2f7eb;--unknown:#7b8187;--unknown-ink:#525960;--unknown-tint:#eff1f4;--focus:#2a5cda;}
@media screen and (prefers-color-scheme:dark){:root{--canvas:#0c0e12;--surface:#14161a;--sunken:#080a0d;--line:#262a31;--line-strong:#6a717b;--ink:#eaedf1;--ink-2:#afb5bd;--ink-3:#8f969f;--accent:#6e94f1;--accent-ink:#93b2fb;--critical:#f0415a;--critical-ink:#fb939a;--critical-tint:#3f191b;--on-critical:#05070b;--high:#f97f37;--high-ink:#f6aa73;--high-tint:#392112;--medium:#f3cc49;--medium-ink:#ebcb71;--medium-tint:#30260f;--low:#52abcf;--low-ink:#82c5e3;--low-tint:#132935;--info:#808791;--info-ink:#acb2ba;--info-tint:#22252b;--ok:#47be8b;--ok-ink:#77d4a8;--ok-tint:#102c21;--unknown:#757b83;--unknown-ink:#acb2ba;--unknown-tint:#1b1e23;--focus:#84a8fd;}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--surface);color:var(--ink);font:13px/20px Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
code,pre,.mono{font-family:"JetBrains Mono",ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-variant-ligatures:none;font-size:12px;line-height:20px}
a{color:inherit;text-decoration:none}
a:focus-visible,summary:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:4px}
h1,h2,h3,p,ul,ol,dl,dd,figure{margin:0;padding:0}
ul,ol{list-style:none}
svg{width:14px;height:14px;flex:none;--cut:var(--surface)}
.skip{position:absolute;left:-999px}
.skip:focus{left:12px;top:12px;background:var(--surface);padding:4px 8px;z-index:1}
header.top{padding:20px 24px 18px;border-bottom:1px solid var(--line);background:var(--surface)}
.kind{display:flex;align-items:center;gap:8px;color:var(--ink-3);font-size:12px;line-height:17px;margin-bottom:10px}
.kind svg{width:18px;height:18px;color:var(--accent)}
h1{font-size:20px;line-height:28px;font-weight:620;letter-spacing:-.018em;overflow-wrap:anywhere}
.facts{display:flex;flex-wrap:wrap;gap:4px 18px;align-items:center;margin-top:8px;color:var(--ink-2)}
.lead{max-width:72ch;margin-top:12px;font-size:14px;line-height:21px}
.counts{display:flex;flex-wrap:wrap;gap:6px;margin-top:12px}
.chip{display:inline-flex;align-items:center;gap:6px;padding:1px 8px 1px 6px;border-radius:5px;font-weight:530;line-height:20px;white-space:nowrap}
.chip svg{--cut:var(--tint)}
.critical{--tint:var(--critical-tint);--word:var(--critical-ink);--shape:var(--critical)}
.high{--tint:var(--high-tint);--word:var(--high-ink);--shape:var(--high)}
.medium{--tint:var(--medium-tint);--word:var(--medium-ink);--shape:var(--medium)}
.low{--tint:var(--low-tint);--word:var(--low-ink);--shape:var(--low)}
.informational{--tint:var(--info-tint);--word:var(--info-ink);--shape:var(--info)}
.ok{--tint:var(--ok-tint);--word:var(--ok-ink);--shape:var(--ok)}
.unknown{--tint:var(--unknown-tint);--word:var(--unknown-ink);--shape:var(--unknown)}
.chip{background:var(--tint);color:var(--word)}
.chip svg,.shape svg{color:var(--shape)}
.chip.unknown{background:repeating-linear-gradient(135deg,var(--unknown-tint) 0 5px,transparent 5px 8px);box-shadow:inset 0 0 0 1px var(--line-strong)}
.shape{display:inline-flex}
.columns{display:grid;grid-template-columns:288px minmax(0,1fr);align-items:start}
nav.files{position:sticky;top:0;max-height:100vh;overflow:auto;background:var(--canvas);border-right:1px solid var(--line);padding:16px 0 24px;min-height:100vh}
nav.files h2{font-size:13px;font-weight:620;padding:0 16px 8px 24px}
nav.files a,nav.files .plain{display:grid;grid-template-columns:minmax(0,1fr) auto 14px;gap:8px;align-items:center;padding:4px 16px 4px 24px;min-height:28px;overflow-wrap:anywhere}
nav.files a:hover{background:color-mix(in srgb,var(--ink) 5%,transparent)}
nav.files .plain{color:var(--ink-2)}
nav.files small{color:var(--ink-3);font-size:12px;line-height:17px;white-space:nowrap}
nav.files .more{padding:8px 16px 0 24px;color:var(--ink-3);font-size:12px}
main{min-width:0;padding-bottom:48px}
section{padding:24px;border-bottom:1px solid var(--line)}
section>h2{font-size:15px;line-height:22px;font-weight:620;letter-spacing:-.008em}
.file>h2{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:center;overflow-wrap:anywhere}
.file>h2 .chip{font-size:13px}
.file>.about{color:var(--ink-3);font-size:12px;line-height:17px;margin-top:4px;overflow-wrap:anywhere}
article{margin-top:20px;padding-top:20px;border-top:1px solid var(--line)}
.file>article:first-of-type{border-top:0;padding-top:0;margin-top:16px}
.line{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;color:var(--ink-3)}
h3{font-size:17px;line-height:23px;font-weight:620;letter-spacing:-.012em;margin-top:8px;max-width:60ch;overflow-wrap:anywhere}
article p{max-width:72ch;margin-top:6px;overflow-wrap:anywhere}
.why{font-size:14px;line-height:21px;color:var(--ink-2)}
.evidence{margin-top:12px;padding:10px 14px;border-radius:6px;background:var(--tint);box-shadow:inset 0 0 0 1px color-mix(in srgb,var(--shape) 45%,transparent);white-space:pre-wrap;overflow-wrap:anywhere;color:var(--ink)}
.evidence,.bytes{max-width:920px}
.bytes{margin-top:10px;background:var(--sunken);border-radius:6px;box-shadow:inset 0 0 0 1px var(--line);overflow-x:auto}
.bytes pre{margin:0;padding:10px 14px;white-space:pre;color:var(--ink-2);width:max-content;min-width:100%}
.bytes .at{color:var(--ink-3)}
.bytes mark{background:var(--tint);color:var(--word);font-weight:600;text-decoration:underline;text-underline-offset:3px}
figcaption{font-size:12px;line-height:17px;color:var(--ink-3);margin-top:6px;overflow-wrap:anywhere}
.fix{margin-top:12px}
.fix b,.held b{font-weight:570}
.held{margin-top:12px;padding:8px 12px;border-radius:6px;box-shadow:inset 0 0 0 1px var(--line-strong);color:var(--ink-2)}
.ids{display:flex;flex-wrap:wrap;gap:4px 6px;margin-top:12px}
.ids li{font:11px/18px "JetBrains Mono",ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;padding:0 6px;border-radius:4px;background:var(--sunken);color:var(--ink-2)}
summary{cursor:pointer;margin-top:16px;color:var(--accent-ink);font-weight:530}
.rows{margin-top:12px;border-top:1px solid var(--line)}
.rows li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:4px 16px;padding:10px 0;border-bottom:1px solid var(--line)}
.rows li>*{overflow-wrap:anywhere}
.rows li:last-child{border-bottom:0}
.rows .second{grid-column:1/-1;color:var(--ink-3);font-size:12px;line-height:17px}
.rows .right{color:var(--ink-2);white-space:nowrap}
.how{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:6px 20px;margin-top:12px}
.how dt{color:var(--ink-3)}
.how dd{max-width:72ch;overflow-wrap:anywhere}
.empty{margin-top:8px;color:var(--ink-2);max-width:72ch}
@media(max-width:1023px){.columns{display:block}nav.files{position:static;max-height:46vh;min-height:0;border-right:0;border-bottom:1px solid var(--line)}}
@media(max-width:767px){header.top,section{padding-left:16px;padding-right:16px}h1{font-size:22px}nav.files a,nav.files .plain{padding:8px 16px;min-height:44px}nav.files h2,nav.files .more{padding-left:16px}.how{grid-template-columns:1fr;gap:0}.how dd{margin-bottom:10px}h3{font-size:16px}.bytes pre{font-size:11px}}
@media print{body{font-size:10pt}.columns{display:block}nav.files{position:static;max-height:none;min-height:0;border:0;background:none;break-after:page}.skip{display:none}section{padding:14pt 0}header.top{padding:0 0 14pt}article{break-inside:avoid}.bytes{overflow:visible}.bytes pre{font-size:7.5pt;line-height:11pt;white-space:pre-wrap}.chip,.evidence,.bytes,mark{-webkit-print-color-adjust:exact;print-color-adjust:exact}details::details-content{content-visibility:visible;display:block;height:auto}}
@media(forced-colors:active){.chip,.evidence,.bytes{border:1px solid}}`;
