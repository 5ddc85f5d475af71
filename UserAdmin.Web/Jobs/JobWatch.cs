namespace UserAdmin.Web.Jobs;

/// <summary>How long a page watches jobs that are running, and how often it looks.</summary>
internal static class JobWatch
{
    public const int MostLooks = 300;
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
}
