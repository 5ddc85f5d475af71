using UserAdmin.Core.Jobs;

namespace UserAdmin.Tests.Jobs;

public class ScheduleFormTests
{
    [Theory]
    [InlineData("0 0/5 * * * ?", JobRhythm.Minutes)]
    [InlineData("0 15 * * * ?", JobRhythm.Hourly)]
    [InlineData("0 30 6 * * ?", JobRhythm.Daily)]
    [InlineData("0 30 6 ? * MON-FRI", JobRhythm.WorkingDays)]
    [InlineData("0 0 7 ? * SUN", JobRhythm.Weekly)]
    [InlineData("0 0 7 28 * ?", JobRhythm.Monthly)]
    [InlineData("0 0 7 L * ?", JobRhythm.Monthly)]
    [InlineData("0 0 7 31 * ?", JobRhythm.Expression)]
    [InlineData("0 007 7 * * ?", JobRhythm.Expression)]
    [InlineData("0 0 25 * * ?", JobRhythm.Expression)]
    [InlineData("0 0 7 ? * XYZ", JobRhythm.Expression)]
    [InlineData("0 30 6 1 1,7 ?", JobRhythm.Expression)]
    [InlineData("", JobRhythm.Expression)]
    public void What_people_choose_comes_back_as_they_chose_it(string cron, JobRhythm rhythm)
    {
        var form = JobScheduleForm.From(cron, "UTC");

        Assert.Equal((rhythm, cron), (form.Rhythm, form.Cron));
    }
}
