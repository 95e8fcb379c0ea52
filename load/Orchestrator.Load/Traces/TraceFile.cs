using Orchestrator.Load.Scenarios;

namespace Orchestrator.Load.Traces;

/// <summary>Reads files of traces.</summary>
internal static class TraceFile
{
    /// <exception cref="LoadException">The file is missing, or not of its format.</exception>
    public static T Read<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new LoadException($"{what} cannot be read: {error.Message}", error);
        }
    }
}
