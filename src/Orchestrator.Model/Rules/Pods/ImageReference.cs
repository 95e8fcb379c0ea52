namespace Orchestrator.Model.Rules.Pods;

/// <summary>The parts of an image's name that decide how it is pulled.</summary>
public static class ImageReference
{
    /// <summary>The pull policy of containers that give none: an image named by the tag <c>latest</c>, or by none, may change at any time.</summary>
    public static string DefaultPullPolicy(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
        {
            return "IfNotPresent";
        }

        // A colon before the last slash belongs to the registry's port.
        int colon = image.IndexOf(':', image.LastIndexOf('/') + 1);
        return colon < 0 || image.AsSpan(colon + 1) is "latest" ? "Always" : "IfNotPresent";
    }
}
