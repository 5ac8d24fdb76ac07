extension Report {
  /// The style sheet of the page: system fonts, one accent, five colours of curves for light and dark.
  static let styleSheet = """
    :root{--bg:#fbfbfa;--card:#fff;--ink:#1d1f23;--soft:#646a73;--line:#e3e5e8;--s0:#2563c9;\
    --s1:#c2570c;--s2:#16803c;--s3:#8a3fb8;--s4:#b3123f}
    @media(prefers-color-scheme:dark){:root{--bg:#131518;--card:#1b1e23;--ink:#e8eaed;\
    --soft:#9aa1ab;--line:#2e333a;--s0:#7fb0ff;--s1:#ffa45c;--s2:#63d48c;--s3:#d6a0ff;--s4:#ff8aa8}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--bg);color:var(--ink);\
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
    main{max-width:1120px;margin:0 auto;padding:32px 16px 48px}
    h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3em;letter-spacing:-.015em}
    h2{font-size:1.2rem;margin:2.2em 0 .8em}
    header p,footer,.note,small{color:var(--soft)}
    header p{margin:0}
    h1,h2,h3,p,dd,li{overflow-wrap:anywhere}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;\
    margin-top:24px}
    .tile,figure,article,dl,.scroll{background:var(--card);border:1px solid var(--line);\
    border-radius:10px}
    .tile{padding:14px 16px;display:flex;flex-direction:column}
    .tile span{color:var(--soft);font-size:.85rem}
    .tile b{font-size:1.7rem;line-height:1.3;font-variant-numeric:tabular-nums}
    .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(290px,100%),1fr));\
    gap:12px}
    figure{margin:0;padding:12px 10px 6px}
    figcaption{display:flex;flex-wrap:wrap;gap:2px 12px;padding:0 6px 6px;font-size:.85rem}
    figcaption b{flex:1 1 auto;overflow-wrap:anywhere}
    .key{display:inline-flex;align-items:center;gap:5px;color:var(--soft);\
    font-variant-numeric:tabular-nums}
    .key i{width:10px;height:3px;border-radius:2px;background:var(--c)}
    .s0{--c:var(--s0)}.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}
    svg{display:block;width:100%;height:auto}
    .tick{fill:var(--soft);font-size:10.5px;font-variant-numeric:tabular-nums}
    .grid{stroke:var(--line)}.axis{stroke:var(--soft);stroke-opacity:.6}
    .line,.raw{fill:none;stroke:var(--c);stroke-linejoin:round;stroke-linecap:round}
    .line{stroke-width:1.9}.raw{stroke-width:1;stroke-opacity:.3}
    .dot{fill:var(--c)}.bar{fill:var(--s0);fill-opacity:.75}
    .ideal{stroke:var(--soft);stroke-dasharray:4 4}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-size:.93rem}
    caption{text-align:left;font-weight:600;padding:12px 14px 4px}
    th,td{padding:8px 14px;text-align:left;vertical-align:top}
    th{color:var(--soft);font-weight:500;font-size:.85rem}
    td{border-top:1px solid var(--line)}
    .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
    .note{font-size:.85rem}
    dl{display:grid;grid-template-columns:minmax(90px,auto) 1fr;gap:4px 16px;margin:0;\
    padding:14px 16px;font-size:.9rem}
    dt{color:var(--soft)}dd{margin:0;font-variant-numeric:tabular-nums}
    article{padding:14px 16px;margin-bottom:12px}
    h3{font-size:1rem;margin:0 0 .6em;white-space:pre-wrap}
    .sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(260px,100%),1fr));\
    gap:8px 20px}
    .sides>div{border-left:3px solid var(--line);padding-left:12px;min-width:0}
    .sides>div:last-child{border-color:var(--s0)}
    .sides img{display:block;max-width:100%;min-width:96px;image-rendering:pixelated;border-radius:4px}
    .sides audio,.gallery audio{width:100%}
    .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(220px,100%),1fr));gap:12px}
    .gallery img{max-width:100%;image-rendering:pixelated}
    h4{font-size:.82rem;font-weight:500;color:var(--soft);margin:0;display:flex;gap:10px}
    h4 em{font-style:normal;font-variant-numeric:tabular-nums}
    .text{margin:.2em 0 0;white-space:pre-wrap}
    details{background:var(--card);border:1px solid var(--line);border-radius:10px;\
    padding:10px 16px;font-size:.9rem}
    summary{cursor:pointer;color:var(--soft)}
    pre{overflow-x:auto;font-size:.82rem;line-height:1.5}
    footer{margin-top:40px;font-size:.85rem}
    @media print{body{background:#fff}figure,article{break-inside:avoid}}
    """
}
