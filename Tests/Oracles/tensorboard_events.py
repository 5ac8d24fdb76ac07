"""Writes Tests/Fixtures/tensorboard/events.bin: events as TensorBoard's own messages and record writer
serialise them, for a comparison byte by byte.

Run: python3 -m pip install tensorboard && python3 Tests/Oracles/tensorboard_events.py
"""

import io
import math
import pathlib

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.compat.proto import histogram_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

time = 1700000000.25
Value = summary_pb2.Summary.Value


def summary(step, *values):
    return event_pb2.Event(wall_time=time, step=step, summary=summary_pb2.Summary(value=values))


scalars = {"bad": math.nan, "loss": -2, "objective/kl": 0.5}
text = Value(
    tag="sample",
    metadata=summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text")),
    tensor=tensor_pb2.TensorProto(
        dtype="DT_STRING",
        tensor_shape=tensor_shape_pb2.TensorShapeProto(
            dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)]),
        string_val=['# Hi\n"ä"'.encode()]))
values, buckets = [1.0, 2.0, 2.0, 4.0], 30
width = (max(values) - min(values)) / buckets
counts = [0.0] * buckets
for value in values:
    counts[min(int((value - min(values)) / width), buckets - 1)] += 1
histogram = Value(
    tag="reward",
    histo=histogram_pb2.HistogramProto(
        min=min(values), max=max(values), num=len(values), sum=sum(values),
        sum_squares=sum(v * v for v in values),
        bucket_limit=[min(values) + (i + 1) * width for i in range(buckets - 1)] + [max(values)],
        bucket=counts))

events = [
    event_pb2.Event(wall_time=time, file_version="brain.Event:2"),
    event_pb2.Event(
        wall_time=time, step=3,
        session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)),
    summary(3, *[Value(tag=tag, simple_value=value) for tag, value in scalars.items()]),
    summary(300, text),
    summary(70000, histogram),
]
target = io.BytesIO()
target.close = lambda: None
writer = RecordWriter(target)
for event in events:
    writer.write(event.SerializeToString(deterministic=True))
path = pathlib.Path(__file__).parent.parent / "Fixtures/tensorboard/events.bin"
path.write_bytes(target.getvalue())
