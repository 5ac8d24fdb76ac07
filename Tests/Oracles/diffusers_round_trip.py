"""Compares diffusion pipelines and their parts with diffusers in both directions, and prints the largest differences of images.

Run: python3 -m pip install torch diffusers && python3 Tests/Oracles/diffusers_round_trip.py
Pipelines that the tests write are loaded by diffusers and make images of the same noise; those that diffusers writes are
loaded by the tests. Arguments are handed to `swift test`, such as --skip-build. Fails above 1e-3.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import diffusers
import torch
from diffusers.pipelines.ddim import pipeline_ddim
from diffusers.pipelines.ddpm import pipeline_ddpm
from diffusers.schedulers import scheduling_ddim, scheduling_ddpm
from safetensors.torch import load_file, save_file

package = pathlib.Path(__file__).parent.parent.parent
small = dict(sample_size=8, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4, attention_head_dim=4)
attention = dict(down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"))
residual = dict(
    down_block_types=("ResnetDownsampleBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "ResnetUpsampleBlock2D"))
networks = {
    "plain": dict(**small, **attention),
    "residual": dict(
        **small, **residual, downsample_type="resnet", upsample_type="resnet", resnet_time_scale_shift="scale_shift"),
    "odd": dict(
        sample_size=(8, 12), in_channels=1, out_channels=1, block_out_channels=(6, 12, 12), layers_per_block=2,
        norm_num_groups=3, attention_head_dim=None, flip_sin_to_cos=False, freq_shift=1, downsample_padding=0,
        down_block_types=("DownBlock2D", "AttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "AttnUpBlock2D", "UpBlock2D"), mid_block_scale_factor=1.5, norm_eps=1e-6,
        attn_norm_num_groups=6, act_fn="gelu", center_input_sample=True),
    "bare": dict(**small, **attention, add_attention=False, time_embedding_dim=20),
    "headless": dict(**small, **attention, mid_block_type=None),
    "learned": dict(**small, **attention, time_embedding_type="learned", num_train_timesteps=1000),
}
schedulers = {
    "ddim": diffusers.DDIMScheduler(beta_schedule="squaredcos_cap_v2"),
    "ddpm": diffusers.DDPMScheduler(beta_schedule="linear"),
    "ddim-v": diffusers.DDIMScheduler(
        prediction_type="v_prediction", timestep_spacing="trailing", rescale_betas_zero_snr=True, clip_sample=False),
    "ddim-threshold": diffusers.DDIMScheduler(
        prediction_type="sample", thresholding=True, sample_max_value=1.5, steps_offset=1, set_alpha_to_one=False),
}
conditional = dict(
    sample_size=8, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4, attention_head_dim=2,
    cross_attention_dim=6, down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
    up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"))
models = {
    "condition": diffusers.UNet2DConditionModel(**conditional),
    "condition-linear": diffusers.UNet2DConditionModel(
        **{**conditional, "attention_head_dim": (2, 4)}, use_linear_projection=True, only_cross_attention=(True, False),
        transformer_layers_per_block=(2, 1), resnet_time_scale_shift="scale_shift", num_class_embeds=3),
    "autoencoder": diffusers.AutoencoderKL(
        block_out_channels=(8, 16), norm_num_groups=4, down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2),
    "autoencoder-bare": diffusers.AutoencoderKL(
        in_channels=1, out_channels=1, latent_channels=2, block_out_channels=(6, 12, 12), norm_num_groups=3,
        layers_per_block=2, down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
        use_quant_conv=False, use_post_quant_conv=False, mid_block_add_attention=False, shift_factor=0.1),
}
steps = 6


def images(pipeline, noises):
    """The images in 0...1, with the noise of the start and of the steps in the place of what would be drawn."""
    remaining = list(noises)
    draw = lambda *arguments, **options: remaining.pop(0)
    for module in (pipeline_ddim, pipeline_ddpm, scheduling_ddim, scheduling_ddpm):
        module.randn_tensor = draw
    pipeline.set_progress_bar_config(disable=True)
    shown = pipeline(batch_size=2, num_inference_steps=steps, output_type="np").images
    return torch.from_numpy(shown).permute(0, 3, 1, 2).contiguous()


def noises(config):
    size = config.sample_size
    size = (size, size) if isinstance(size, int) else tuple(size)
    return torch.randn(steps + 1, 2, config.in_channels, *size, generator=torch.Generator().manual_seed(3))


def write_theirs(folder):
    for name, options in networks.items():
        for kind, scheduler in schedulers.items():
            torch.manual_seed(7)
            network = diffusers.UNet2DModel(**options).eval()
            with torch.no_grad():
                for parameter in network.parameters():
                    parameter.add_(0.05 * torch.randn_like(parameter))
            ddim = kind != "ddpm"
            pipeline = (diffusers.DDIMPipeline if ddim else diffusers.DDPMPipeline)(network, scheduler)
            target = folder / f"{name}-{kind}"
            pipeline.save_pretrained(target)
            drawn = noises(network.config)
            save_file({"noises": drawn, "images": images(pipeline, drawn)}, target / "expected.safetensors")


def outputs(model, inputs):
    """What a model makes of inputs; the shapes follow from its configuration."""
    with torch.no_grad():
        if isinstance(model, diffusers.AutoencoderKL):
            latents = model.encode(inputs["sample"]).latent_dist
            return {"mean": latents.mean, "variance": latents.logvar, "images": model.decode(latents.mean).sample}
        labels = inputs["labels"] if model.config.num_class_embeds else None
        return {"images": model(inputs["sample"], inputs["timesteps"], inputs["context"], class_labels=labels).sample}


def write_models(folder):
    for name, model in models.items():
        torch.manual_seed(7)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.1 * torch.randn_like(parameter))
        model.eval().save_pretrained(folder / name)
        inputs = dict(
            sample=torch.randn(2, model.config.in_channels, 8, 12), timesteps=torch.tensor([3, 700]),
            labels=torch.tensor([0, 2]), context=torch.randn(2, 5, 6))
        tensors = {key: tensor.contiguous() for key, tensor in {**inputs, **outputs(model, inputs)}.items()}
        save_file(tensors, folder / name / "expected.safetensors")


def compare_models(folder):
    """The models as our tests wrote them again, beside what ours made of the inputs."""
    largest = 0.0
    for name, model in models.items():
        inputs = load_file(folder / name / "expected.safetensors")
        found = load_file(folder / name / "found.safetensors")
        loaded = type(model).from_pretrained(folder / name / "again").eval()
        expected = outputs(loaded, inputs)
        for key, tensor in expected.items():
            difference = max((found[key] - tensor).abs().max().item(), (inputs[key] - tensor).abs().max().item())
            print(f"{name} {key}: {difference:.2e} (deviation {tensor.std().item():.2f})")
            largest = max(largest, difference)
    return largest


def compare(folder, name):
    largest = 0.0
    for expected in sorted(folder.glob("*/expected.safetensors")):
        tensors = load_file(expected)
        if name == "found":
            found = load_file(expected.parent / "found.safetensors")["images"]
        else:
            pipeline = diffusers.DiffusionPipeline.from_pretrained(expected.parent)
            found = images(pipeline, tensors["noises"])
        difference = (found - tensors["images"]).abs().max().item()
        spread = tensors["images"].std().item()
        print(f"{folder.name} {expected.parent.name}: {difference:.2e} (deviation of the images {spread:.2f})")
        largest = max(largest, difference)
    return largest


with tempfile.TemporaryDirectory() as temporary:
    root = pathlib.Path(temporary)
    write_theirs(root / "theirs")
    write_models(root / "models")
    (root / "ours").mkdir()
    test = ["swift", "test", *sys.argv[1:], "--filter", "DiffusersRoundTripTests"]
    subprocess.run(test, cwd=package, env={**os.environ, "RLHF_ROUND_TRIP": temporary}, check=True)
    differences = compare(root / "ours", "loaded"), compare(root / "theirs", "found"), compare_models(root / "models")
print(f"largest: ours in diffusers {differences[0]:.2e}, theirs here {differences[1]:.2e}, models {differences[2]:.2e}")
sys.exit(0 if 0 < max(differences) <= 1e-3 else 1)
