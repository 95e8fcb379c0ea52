namespace Orchestrator.Agent.Eviction;

/// <summary>What directories hold. Files that go while they are counted do not count.</summary>
internal static class StorageUse
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <summary>Bytes of all files below a directory; 0 where there is none. Links are not followed.</summary>
    public static long Bytes(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return 0;
        }

        var sum = 0L;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", Everything))
        {
            try
            {
                sum += file.Length;
            }
            catch (IOException)
            {
                // Gone.
            }
        }

        return sum;
    }
}
