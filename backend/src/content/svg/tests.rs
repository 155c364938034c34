use insta::assert_snapshot;

use super::*;
use crate::content::report::Report;

fn checked(svg: &str) -> (Option<Size>, Report) {
    let mut report = Report::default();
    let size = check(svg.as_bytes(), &mut Notes { file: "x.svg", report: &mut report });
    (size, report)
}

#[test]
fn what_drawing_tools_write_passes() {
    let matplotlib = "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"?>\n\
        <!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n\
        <svg xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"460.8pt\" height=\"345.6pt\" viewBox=\"0 0 460.8 345.6\" \
        xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\"><metadata><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>\
        </metadata><defs><style type=\"text/css\">*{stroke-linejoin: round}</style></defs>\
        <g clip-path=\"url(#c)\" style=\"fill: url(#g)\"><use xlink:href=\"#m\" x=\"1\"/></g></svg>";
    let (size, report) = checked(matplotlib);
    assert!(report.items.is_empty(), "{report}");
    assert_eq!(size, Some(Size { width: 614, height: 461 }));
    assert_eq!(
        checked("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 20 10\"/>").0,
        Some(Size { width: 20, height: 10 })
    );
}

#[test]
fn what_acts_or_loads_is_refused() {
    let bodies = [
        "<script>alert(1)</script>",
        "<script href=\"#x\"/>",
        "<rect onclick=\"alert(1)\"/>",
        "<rect ONLOAD=\"alert(1)\"/>",
        "<foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\"/></foreignObject>",
        "<b xmlns=\"http://www.w3.org/1999/xhtml\">x</b>",
        "<a href=\"javascript:alert(1)\"><text>x</text></a>",
        "<a xmlns:x=\"http://www.w3.org/1999/xlink\" x:href=\"java&#10;script:alert(1)\"/>",
        "<use href=\"https://e.example/x.svg#a\"/>",
        "<use href=\"data:image/svg+xml,x#a\"/>",
        "<image href=\"https://e.example/pixel.png\"/>",
        "<image href=\"data:image/svg+xml;base64,AAAA\"/>",
        "<animate attributeName=\"href\" to=\"javascript:alert(1)\"/>",
        "<set attributeName=\"onclick\" to=\"alert(1)\"/>",
        "<style>@import url(https://e.example/x.css)</style>",
        "<style>rect { fill: ur\\6c(https://e.example) }</style>",
        "<rect style=\"fill: url( 'https://e.example')\"/>",
        "<rect fill=\"url(https://e.example/#x)\"/>",
        "<handler xmlns=\"http://www.w3.org/2001/xml-events\" onx=\"1\"/>",
        "<?xml-stylesheet href=\"https://e.example/x.css\"?>",
    ];
    let all: String = bodies
        .iter()
        .map(|body| {
            let (_, report) = checked(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{body}</svg>"));
            assert!(report.has_errors(), "{body}");
            format!("{body}\n{report}\n")
        })
        .collect();
    assert_snapshot!(all);
}

#[test]
fn what_is_not_svg_is_refused() {
    let laughs =
        "<!DOCTYPE svg [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&b;</svg>";
    for text in ["", "<svg>", "<svg/>", "<html xmlns=\"http://www.w3.org/1999/xhtml\"/>", "\u{fffd}PNG", laughs] {
        assert!(checked(text).1.has_errors(), "{text}");
    }
    checked(&"<g>".repeat(100_000));
}
