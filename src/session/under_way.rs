//! Messages that were sent and whose answers have not come.

use std::collections::VecDeque;
use std::pin::Pin;

use tokio_postgres::SimpleQueryStream;

/// Their answers, in order.
#[derive(Default)]
pub struct UnderWay(pub(super) VecDeque<Pin<Box<SimpleQueryStream>>>);
