namespace Orchestrator.Model.Devices;

/// <summary>
/// Names of the resources by which pods ask for devices: <c>nvidia.com/gpu: 2</c> asks for two whole ones, as in Kubernetes;
/// <c>nvidia.com/gpu-milli: 300</c> for three tenths of one.
/// </summary>
public static class DeviceResources
{
    /// <summary>Thousandths of a whole device.</summary>
    public const int WholeMilli = 1_000;

    /// <summary>Most devices of one node, of all resources together.</summary>
    public const int MostPerNode = 256;

    private const string ShareSuffix = "-milli";

    /// <summary>The resource that counts thousandths of the devices of a resource.</summary>
    public static string ShareOf(string resource) => resource + ShareSuffix;

    /// <summary>Whether the resource counts thousandths of devices, and of which.</summary>
    public static bool IsShare(string resource, out string whole)
    {
        ArgumentNullException.ThrowIfNull(resource);
        bool isShare = resource.Contains('/', StringComparison.Ordinal) && resource.EndsWith(ShareSuffix, StringComparison.Ordinal);
        whole = isShare ? resource[..^ShareSuffix.Length] : resource;
        return isShare;
    }
}
