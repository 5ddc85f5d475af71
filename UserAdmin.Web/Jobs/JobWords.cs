using System.Globalization;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Web.Jobs;

/// <summary>How runs of jobs are said.</summary>
internal static class JobWords
{
    public static string Of(JobOutcome outcome) => outcome switch { JobOutcome.Running => "Running", JobOutcome.Succeeded => "Succeeded", JobOutcome.Failed => "Failed", _ => "Interrupted" };

    /// <summary>The class of its badge.</summary>
    public static string BadgeOf(JobOutcome outcome) => outcome switch { JobOutcome.Running => "waiting", JobOutcome.Succeeded => "sent", JobOutcome.Failed => "failure", _ => "pending" };

    public static string Of(JobTrigger trigger, string? actor) => trigger switch { JobTrigger.ByHand => $"By {actor ?? "hand"}", JobTrigger.Retry => "Tried again", JobTrigger.CatchUp => "Made up for", _ => "Timetable" };

    public static string Duration(DateTimeOffset from, DateTimeOffset? to) => to is not { } end ? "–" : (end - from) switch
    {
        { TotalSeconds: < 1 } => "under 1 s",
        { TotalMinutes: < 1 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        { TotalHours: < 1 } span => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds} s"),
        var span => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min"),
    };

    public static string When(JobTimes times) => times.Zone.Id is "UTC" && CronWords.Of(times.Cron) is var words && !words.Contains(" at ", StringComparison.Ordinal) ? words : $"{CronWords.Of(times.Cron)} ({times.Zone.Id.Replace('_', ' ')})";
}
