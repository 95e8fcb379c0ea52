using Orchestrator.Agent.Images.Credentials;

namespace Orchestrator.Agent.Images;

/// <summary>Brings images from registries into the store. Layers that are there already are not fetched again.</summary>
public sealed class ImagePuller(ImageStore store, HttpClient http, TimeProvider time)
{
    private const int ParallelBlobs = 3;
    private const int MostLayers = 512;
    private const int MostIndexDepth = 2;

    /// <summary>Pulls the image for this machine's platform, as nobody or with a credential.</summary>
    /// <exception cref="RegistryException">The registry cannot be reached or does not have it.</exception>
    /// <exception cref="InvalidImageException">What the registry gives is not what it names.</exception>
    public async Task<StoredImage> PullAsync(ImageReference reference, RegistryCredential? credential, CancellationToken cancel)
    {
        using var writing = await store.LockForWritingAsync(cancel);
        var registry = new RegistryClient(http, reference, credential, time);
        var manifest = await FetchManifestAsync(registry, reference, cancel);
        var document = OciDocument.Read(await store.Blobs.ReadAsync(ContentDigest.Parse(manifest.Digest), ImageStore.MostDocumentBytes, cancel), OciJson.Default.OciManifest, "manifest");
        if (document.Layers.Count > MostLayers)
        {
            throw new InvalidImageException($"{reference} has {document.Layers.Count} layers, over the limit of {MostLayers}");
        }

        var missing = document.Layers.Append(document.Config).DistinctBy(blob => blob.Digest).Where(blob => !store.Blobs.Contains(ContentDigest.Parse(blob.Digest)));
        await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = ParallelBlobs, CancellationToken = cancel },
            async (blob, stop) => await registry.FetchBlobAsync(blob, store.Blobs, stop));
        return await store.NameAsync(reference, manifest, cancel);
    }

    private async Task<OciDescriptor> FetchManifestAsync(RegistryClient registry, ImageReference reference, CancellationToken cancel)
    {
        var wanted = reference.Digest?.ToString() ?? reference.Tag!;
        for (var depth = 0; depth < MostIndexDepth; depth++)
        {
            var (content, mediaType) = await registry.GetManifestAsync(wanted, cancel);
            var digest = ContentDigest.Of(content);
            if (ContentDigest.TryParse(wanted, out var named) && named != digest)
            {
                throw new InvalidImageException($"{reference}: the registry gave a manifest with digest {digest} for {wanted}");
            }

            if (!OciMediaTypes.IsIndex(mediaType))
            {
                await store.Blobs.WriteAsync(content, cancel);
                return new OciDescriptor(OciMediaTypes.Manifest, digest.ToString(), content.Length);
            }

            wanted = OciDocument.ChooseManifest(OciDocument.Read(content, OciJson.Default.OciIndex, "index"), ImagePlatform.Architecture).Digest;
        }

        throw new InvalidImageException($"{reference}: an index that points to an index is not supported");
    }
}
