//! A leak beside its item: what a look's page draws, as data.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use holm::exhibit::{Exhibit, Piece as Cut, ShownPicture};
use holm_marks::layout::SeenWord;
use holm_marks::mark::Layer;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{File, answered};
use crate::page::download;
use crate::problem::Problem;
use crate::server::Desk;
use crate::trace::{look, picture};

/// A leak as it was read, and the item with its marks.
#[derive(Serialize, ToSchema)]
pub(crate) struct Aligned {
    /// Names of the leaked files.
    files: Vec<String>,
    /// The leak's text.
    leak: String,
    /// Parts of it that are the item's, in order.
    passages: Vec<Passage>,
    /// The item's text by block, cut at its marks.
    blocks: Vec<Vec<Piece>>,
    /// The leak's pictures, whose words its text ends with.
    pictures: Vec<Picture>,
}

/// A part of the leak's text that is the item's.
#[derive(Serialize, ToSchema)]
struct Passage {
    /// Bytes of the text.
    start: usize,
    end: usize,
    /// Index of the item's block.
    block: usize,
    /// The mark whose alternative it shows, by its place among the item's marks.
    mark: Option<usize>,
}

/// A piece of the item's text.
#[derive(Serialize, ToSchema)]
struct Piece {
    /// What all copies say; of a mark, the word that it moves. Absent where copies differ.
    text: Option<String>,
    /// The mark, by its place among the item's marks.
    mark: Option<usize>,
    /// `fact`, `wording`, `orthography` or `layout`.
    layer: Option<&'static str>,
    /// What copies may say, or where they may have the word.
    alternatives: Vec<String>,
    /// Index of the alternative that the leak shows, if it clearly shows one.
    read: Option<usize>,
}

/// A picture of the leak; `/api/v1/looks/{index}/pictures/{number}` is what it shows.
#[derive(Serialize, ToSchema)]
struct Picture {
    /// Pixels across, in which its words are placed.
    width: u32,
    height: u32,
    words: Vec<Word>,
    /// Words that marks move, where they stand in the picture, recognised or not.
    moved: Vec<Word>,
}

/// A word of a picture.
#[derive(Serialize, ToSchema)]
#[schema(as = PictureWord)]
struct Word {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// Whether it is the item's.
    own: bool,
    /// The mark whose alternative it shows, or that moves it.
    mark: Option<usize>,
}

impl Word {
    fn of(seen: &SeenWord, own: bool, mark: Option<usize>) -> Self {
        let SeenWord { text, left, right, top, bottom } = seen.clone();
        Self { text, left, right, top, bottom, own, mark }
    }
}

impl Piece {
    fn of(piece: &Cut) -> Self {
        let (text, mark, layer, alternatives, read) = match piece {
            Cut::Text(text) => (Some(text.clone()), None, None, Vec::new(), None),
            Cut::Mark { mark, layer, alternatives, read } => (None, Some(*mark), Some(*layer), alternatives.clone(), *read),
            Cut::Moved { mark, text, alternatives, read } => {
                (Some(text.clone()), Some(*mark), Some(Layer::Layout), alternatives.clone(), *read)
            }
        };
        Self { text, mark, layer: layer.map(Layer::name), alternatives, read }
    }
}

impl Aligned {
    fn of(exhibit: &Exhibit) -> Self {
        let picture = |p: &ShownPicture| Picture {
            width: p.width,
            height: p.height,
            words: p.words.iter().map(|w| Word::of(&w.seen, w.own, w.mark)).collect(),
            moved: p.moved.iter().map(|(mark, word)| Word::of(word, true, Some(*mark))).collect(),
        };
        let passages = exhibit.passages.iter();
        Self {
            files: exhibit.files.clone(),
            leak: exhibit.leak.text.clone(),
            passages: passages.map(|p| Passage { start: p.leak.start, end: p.leak.end, block: p.block, mark: p.mark }).collect(),
            blocks: exhibit.blocks.iter().map(|block| block.iter().map(Piece::of).collect()).collect(),
            pictures: exhibit.pictures.iter().map(picture).collect(),
        }
    }
}

/// A look's leak beside its item: what was read where.
#[utoipa::path(get, path = "/api/v1/looks/{index}/aligned", tag = "traces",
    params(("index" = u64, Path, description = "The look's entry.")),
    responses((status = 200, description = "Leak and item.", body = Aligned)))]
pub(crate) async fn aligned(State(desk): State<Arc<Desk>>, Path(index): Path<u64>) -> Response {
    answered(desk, move |desk| {
        let view = desk.office.view()?;
        let look = look(&view, index)?;
        let exhibit = desk.office.act(|w| w.exhibit(look, Timestamp::now()))?.map_err(|e| Problem::Workspace(e.to_string()))?;
        Ok(Json(Aligned::of(&exhibit)))
    })
    .await
}

/// One of a leak's pictures, made anew from the sealed evidence, upright and in grey.
#[utoipa::path(get, path = "/api/v1/looks/{index}/pictures/{number}", tag = "traces",
    params(("index" = u64, Path, description = "The look's entry."), ("number" = usize, Path, description = "From 0.")),
    responses((status = 200, description = "The picture.", body = File, content_type = "image/jpeg")))]
pub(crate) async fn leaked_picture(State(desk): State<Arc<Desk>>, Path((index, number)): Path<(u64, usize)>) -> Response {
    answered(desk, move |desk| {
        let bytes = picture(desk, index, number)?;
        Ok(download(&format!("look-{index}-{}.jpg", number + 1), "image/jpeg", bytes))
    })
    .await
}
