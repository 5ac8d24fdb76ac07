"""What Pillow makes of small images: Tests/Fixtures/images. Run: python Tests/Oracles/images.py"""

import json
import pathlib

import numpy as np
import PIL
from PIL import Image, ImageOps
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).parents[1] / "Fixtures" / "images"
generator = np.random.default_rng(11)
filters = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}


def picture(width, height, channels):
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 90 * np.sin(x / (3 + k) + k) * np.cos(y / (4 + k)) for k in range(channels)]
    noise = generator.normal(0, 8, (height, width, channels))
    return np.clip(np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)


def resizing():
    out = {}
    for mode, channels in (("RGB", 3), ("RGBA", 4), ("L", 1)):
        source = picture(14, 10, channels)
        if mode == "RGBA":
            source[..., 3] = np.where(generator.random((10, 14)) < 0.3, 0, source[..., 3])
            source[2:4, 2:5, 3] = 255
        image = Image.fromarray(source[..., 0] if channels == 1 else source)
        out[f"{mode}/source"] = source
        for name, number in filters.items():
            for width, height in ((6, 5), (21, 17), (14, 4), (13, 5)):
                result = np.asarray(image.resize((width, height), number))
                out[f"{mode}/{name}_{width}x{height}"] = result.reshape(height, width, channels)
    save_file(out, folder / "resize.safetensors")


def files():
    pixels = {}
    image = Image.fromarray(picture(37, 23, 3))
    turned = Image.Exif()
    turned[0x0112] = 6
    options = {
        "plain": (image, {}),
        "progressive": (image, {"progressive": True, "subsampling": 0}),
        "grey": (image.convert("L"), {}),
        "cmyk": (image.convert("CMYK"), {}),
        "turned": (image, {"exif": turned}),
    }
    for name, (source, extra) in options.items():
        path = folder / f"{name}.jpg"
        source.save(path, quality=92, **extra)
        if name != "cmyk":
            shown = np.asarray(ImageOps.exif_transpose(Image.open(path)))
            pixels[f"{name}.jpg"] = shown.reshape(*shown.shape[:2], -1)
    source = picture(9, 7, 4)
    pixels["convert/source"] = source
    pixels["convert/RGB"] = np.asarray(Image.fromarray(source).convert("RGB"))
    pixels["convert/L"] = np.asarray(Image.fromarray(source).convert("RGB").convert("L"))[..., None]
    save_file({k: np.ascontiguousarray(v) for k, v in pixels.items()}, folder / "pixels.safetensors")
    frames = [Image.fromarray(picture(8, 6, 3)) for _ in range(2)]
    frames[0].save(folder / "animated.png", save_all=True, append_images=frames[1:])


resizing()
files()
about = {
    "made_by": f"Pillow {PIL.__version__}, Tests/Oracles/images.py",
    "note": "uint8 [H, W, C]. resize.safetensors: MODE/filter_WIDTHxHEIGHT of MODE/source."
    " pixels.safetensors: what the JPEG files show, orientation applied; colour conversions",
}
(folder / "about.json").write_text(json.dumps(about, indent=1) + "\n")
