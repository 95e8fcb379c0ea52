using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Logs;

/// <summary>
/// Keeps the logs of running containers to a size: a file that has grown beyond it is renamed, and the runtime opens a new one; the oldest goes. Rotated files
/// stay uncompressed, unlike kubelet's, because logs are read through all of them. Logs of attempts that nobody can ask for any more are removed.
/// </summary>
public sealed partial class LogRotation(AgentOptions options, NodeLayout layout, NodeInventory inventory, TimeProvider time, ILogger<LogRotation> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>The latest and the one before, which <c>--previous</c> shows.</summary>
    private const int KeptAttempts = 2;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await RotateAllAsync(stoppingToken);
        }
    }

    /// <summary>Looks at all logs once.</summary>
    internal async Task RotateAllAsync(CancellationToken cancel)
    {
        foreach (var (runtime, sandbox) in inventory.Latest.Runtimes.SelectMany(v => v.Sandboxes.Select(s => (v.Runtime, s))))
        {
            var directory = layout.LogDirectory(sandbox.PodNamespace, sandbox.PodName, sandbox.PodUid);
            foreach (var container in sandbox.Containers)
            {
                var own = Path.Combine(directory, container.Name);
                RemoveOldAttempts(own);
                if (runtime is ILoggingRuntime logging && container.State == ContainerState.Running)
                {
                    var files = new LogFiles(Path.Combine(own, container.Attempt.ToString(CultureInfo.InvariantCulture) + LogFiles.Extension));
                    await RotateAsync(files, container.Id, logging, cancel);
                }
            }
        }
    }

    private async Task RotateAsync(LogFiles files, string containerId, ILoggingRuntime runtime, CancellationToken cancel)
    {
        try
        {
            var file = new FileInfo(files.Current);
            if (!file.Exists)
            {
                if (files.Rotated().Count > 0)
                {
                    // The agent was killed between the two steps.
                    await runtime.ReopenLogAsync(containerId, cancel);
                }

                return;
            }

            if (file.Length <= options.ContainerLogMaxBytes)
            {
                return;
            }

            var rotated = files.NameAt(time.GetUtcNow());
            File.Move(files.Current, rotated, overwrite: false);
            await ReopenAsync(files, rotated, containerId, runtime, cancel);
            foreach (var oldest in files.Rotated().SkipLast(options.ContainerLogMaxFiles - 1))
            {
                File.Delete(oldest);
            }

            LogRotated(files.Current, file.Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or RuntimeRefusalException or RuntimeUnavailableException)
        {
            LogKept(files.Current, error.Message);
        }
    }

    private static async Task ReopenAsync(LogFiles files, string rotated, string containerId, ILoggingRuntime runtime, CancellationToken cancel)
    {
        try
        {
            await runtime.ReopenLogAsync(containerId, cancel);
        }
        catch when (!File.Exists(files.Current))
        {
            // The runtime still writes to it: under its own name it can be found, and is rotated the next time.
            File.Move(rotated, files.Current);
            throw;
        }
    }

    private static void RemoveOldAttempts(string directory)
    {
        foreach (var (_, files) in LogFiles.In(directory).Skip(KeptAttempts))
        {
            files.Delete();
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Log {Path} was rotated at {Bytes} bytes")]
    private partial void LogRotated(string path, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Log {Path} could not be rotated and will be tried again: {Error}")]
    private partial void LogKept(string path, string error);
}
