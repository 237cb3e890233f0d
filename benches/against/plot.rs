//! The picture: time and memory as folders grow.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::Outcome;
use crate::figures::{MEBIBYTE, Series};
use crate::tool::Tool;

/// What is drawn; all others would be lines on lines.
pub const TOOLS: [Tool; 5] =
    [Tool::Dbm, Tool::PsqlEach, Tool::GolangMigrate, Tool::Goose, Tool::Sqlx];

/// What was measured of a folder of so many files.
pub struct Point {
    pub files: usize,
    pub fresh: Series,
    pub one_more: Series,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Figure = fn(&Point, Tool) -> Option<f64>;

const SIZE: (u32, u32) = (1140, 420);
const LEGEND: u32 = 44;
const FONT: &str = "sans-serif";

/// Colours that are told apart with any eyes; psql, the limit, is grey.
fn colour(tool: Tool) -> RGBColor {
    match tool {
        Tool::Dbm => RGBColor(213, 94, 0),
        Tool::GolangMigrate => RGBColor(0, 114, 178),
        Tool::Goose => RGBColor(0, 158, 115),
        Tool::Sqlx => RGBColor(204, 121, 167),
        _ => RGBColor(110, 110, 110),
    }
}

fn width(tool: Tool) -> u32 {
    if tool == Tool::Dbm { 3 } else { 2 }
}

/// The picture as SVG.
pub fn draw(points: &[Point]) -> Outcome<String> {
    let mut svg = String::new();
    paint(&mut svg, points).map_err(|error| error.to_string())?;
    Ok(svg)
}

fn paint(svg: &mut String, points: &[Point]) -> Result<(), Box<dyn Error>> {
    let seconds: Figure = |point, tool| Some(point.fresh.seconds(tool)?.median);
    let one_more: Figure = |point, tool| Some(point.one_more.seconds(tool)?.median);
    let memory: Figure = |point, tool| Some(point.one_more.peak(tool)? / MEBIBYTE);
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE).map_err(failed)?;
    let (top, below) = root.split_vertically(LEGEND);
    let drawn: Vec<Tool> = TOOLS
        .into_iter()
        .filter(|tool| points.iter().any(|point| point.fresh.seconds(*tool).is_some()))
        .collect();
    legend(&top, &drawn)?;
    let panels = below.split_evenly((1, 3));
    panel(&panels[0], points, "up on an empty database: time", seconds, (10.0, time))?;
    panel(&panels[1], points, "up with one file pending: time", one_more, (10.0, time))?;
    panel(&panels[2], points, "up with one file pending: memory", memory, (2.0, mebibytes))?;
    root.present().map_err(failed)
}

fn legend(area: &Area, tools: &[Tool]) -> Result<(), Box<dyn Error>> {
    let font = (FONT, 16).into_font().color(&BLACK);
    let mut left = 70;
    for &tool in tools {
        let style = colour(tool).stroke_width(width(tool));
        let line = PathElement::new(vec![(left, 28), (left + 28, 28)], style);
        area.draw(&line).map_err(failed)?;
        area.draw_text(tool.name(), &font, (left + 36, 20)).map_err(failed)?;
        left += 76 + 7 * i32::try_from(tool.name().len())?;
    }
    Ok(())
}

fn panel(
    area: &Area,
    points: &[Point],
    title: &str,
    figure: Figure,
    (base, label): (f64, fn(&f64) -> String),
) -> Result<(), Box<dyn Error>> {
    let all = || points.iter().flat_map(|point| TOOLS.map(|tool| figure(point, tool))).flatten();
    // Whole powers, for the axis to begin and end with a label.
    let lowest = base.powf(all().fold(f64::INFINITY, f64::min).log(base).floor());
    let highest = base.powf(all().fold(0.0, f64::max).log(base).ceil());
    let heights = (lowest * 0.999..highest * 1.001).log_scale().base(base);
    let most = points.iter().map(|point| point.files).max().unwrap_or(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 16).into_font().color(&BLACK))
        .margin(8)
        .margin_right(24)
        .x_label_area_size(46)
        .y_label_area_size(62)
        .build_cartesian_2d((1.0..most).log_scale(), heights)
        .map_err(failed)?;
    chart
        .configure_mesh()
        .x_desc("migration files")
        .x_labels(5)
        .y_labels(6)
        .x_label_formatter(&|files| thousands(*files))
        .y_label_formatter(&label)
        .label_style((FONT, 13).into_font().color(&BLACK))
        .axis_desc_style((FONT, 14).into_font().color(&BLACK))
        .bold_line_style(RGBColor(215, 215, 215))
        .light_line_style(WHITE)
        .draw()
        .map_err(failed)?;
    // dbm last: on top.
    for tool in TOOLS.into_iter().rev() {
        let line: Vec<(f64, f64)> = points
            .iter()
            .filter_map(|point| Some((point.files as f64, figure(point, tool)?)))
            .collect();
        let style = colour(tool).stroke_width(width(tool));
        chart.draw_series(LineSeries::new(line.clone(), style)).map_err(failed)?;
        let dots =
            line.into_iter().map(|at| Circle::new(at, width(tool) + 1, colour(tool).filled()));
        chart.draw_series(dots).map_err(failed)?;
    }
    Ok(())
}

fn failed(error: impl Error) -> Box<dyn Error> {
    error.to_string().into()
}

fn time(seconds: &f64) -> String {
    match *seconds {
        seconds if seconds < 0.999 => format!("{} ms", thousands(seconds * 1e3)),
        seconds => format!("{} s", thousands(seconds)),
    }
}

fn mebibytes(figure: &f64) -> String {
    format!("{} MiB", thousands(*figure))
}

fn thousands(number: f64) -> String {
    match number.round() as i64 {
        number @ 1_000.. => format!("{},{:03}", number / 1_000, number % 1_000),
        number => number.to_string(),
    }
}
