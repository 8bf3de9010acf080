/** Plain colours first, for renderers that know neither variables nor media queries; then the dark ones. */
export const svgStyle: string = `
text{font:13px system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1d2b3a}
.page{fill:#ffffff}
.title{font-size:18px;font-weight:600}
.reason{fill:#51606f}
.line{fill:none;stroke:#6c7f93;stroke-width:1.5}.head{fill:#6c7f93}
.balancer{fill:#1f4e8c}.balancer-text{fill:#ffffff;font-weight:600}
.node{fill:#f1f4f7;stroke:#9aa9b8;stroke-width:1.2}.node-text{font-weight:600;fill:#3b4b5b}
.pod{fill:#ffffff;stroke:#3f73b5;stroke-width:1.4}.pod.apart{stroke:#a8741a}
.pod-text{font-weight:600}.pod-name{font-weight:400;font-size:12px;fill:#5b6b7b}
.chip{stroke-width:1.2}.chip.serves{fill:#e4edf8;stroke:#b9cfe9}.chip.runs{fill:#f6bd4b;stroke:#9a6700}
.chip.stands-by{fill:none;stroke:#b98a2e;stroke-dasharray:4 3}
.chip-text{font-size:12px}.chip-text.runs{fill:#2b1d00;font-weight:600}.chip-text.stands-by{fill:#7a5a14}
.kind{font-size:11px;font-weight:400;fill-opacity:.72}
.mark.runs{fill:#2b1d00}.mark.stands-by{fill:none;stroke:#9a6700;stroke-width:1.4}
.parts{font-size:11px;fill:#5b6b7b}.spare{fill:#5b6b7b;font-style:italic}.legend{font-size:12px;fill:#51606f}
@media (prefers-color-scheme:dark){
text{fill:#e3e9f0}.page{fill:#0f151c}.reason,.legend,.parts,.spare,.pod-name{fill:#a3b1c0}
.line{stroke:#7d8fa3}.head{fill:#7d8fa3}.balancer{fill:#2f6fc1}.balancer-text{fill:#ffffff}
.node{fill:#18212b;stroke:#46566a}.node-text{fill:#c6d2de}
.pod{fill:#101a26;stroke:#5b8fd6}.pod.apart{stroke:#d29a3a}
.chip.serves{fill:#1d314a;stroke:#345577}.chip-text.stands-by{fill:#e5bd6a}
.chip-text.runs,.mark.runs{fill:#2b1d00}
}
`;
