namespace UserAdmin.Core.Seeding;

/// <summary>Names in other scripts than Latin, written as <see cref="DemoNames"/> says.</summary>
internal static class NativeNames
{
    public static IReadOnlyList<Culture> All { get; } =
    [
        new(3, "Kazakhstan",
            "Анна=anna Мария=maria Елена=elena Ольга=olga Наталья=natalya Татьяна=tatyana Юлия=yulia Айгуль=aigul Жанна=zhanna Әсел=assel",
            "Александр=alexander Сергей=sergey Дмитрий=dmitry Андрей=andrey Алексей=alexey Иван=ivan Фёдор=fyodor Нұрлан=nurlan Ержан=yerzhan Ерлан=yerlan",
            "Иванов=Ivanov|Иванова=Ivanova Смирнов=Smirnov|Смирнова=Smirnova Кузнецов=Kuznetsov|Кузнецова=Kuznetsova Попов=Popov|Попова=Popova " +
            "Соколов=Sokolov|Соколова=Sokolova Ахметов=Akhmetov|Ахметова=Akhmetova Ким=Kim Омаров=Omarov|Омарова=Omarova Щербаков=Shcherbakov|Щербакова=Shcherbakova")
        {
            TwoFirstNames = 0, TwoLastNames = 0, Phone = "+7 000 ### ## ##", PostalCode = "05##00", Cities = "Алматы Астана Қарағанды", Streets = "улица_Абая,_# проспект_Достык,_1#",
        },
        new(3, "Ukraine",
            "Оксана=oksana Марія=mariia Наталія=nataliia Ірина=iryna Олена=olena Юлія=yuliia Ганна=hanna Софія=sofiia Євгенія=yevheniia Ївга=yivha",
            "Олександр=oleksandr Володимир=volodymyr Андрій=andrii Сергій=serhii Тарас=taras Юрій=yurii Ігор=ihor Богдан=bohdan Євген=yevhen Гліб=hlib",
            "Мельник=Melnyk Шевченко=Shevchenko Бойко=Boiko Коваленко=Kovalenko Бондаренко=Bondarenko Ткаченко=Tkachenko Кравчук=Kravchuk Олійник=Oliinyk " +
            "Левицький=Levytskyi|Левицька=Levytska Поліщук=Polishchuk Ґалаґан=Galagan Їжакевич=Yizhakevych")
        {
            TwoFirstNames = 0, Phone = "+380 00 ### ####", PostalCode = "01###", Cities = "Київ Львів Одеса Чернівці", Streets = "вулиця_Шевченка,_# вулиця_Франка,_1#",
        },
        new(2, "Greece",
            "Μαρία=maria Ελένη=eleni Αικατερίνη=aikaterini Βασιλική=vasiliki Σοφία=sofia Γεωργία=georgia Ευαγγελία=evangelia Χρυσούλα=chrysoula",
            "Γεώργιος=georgios Δημήτρης=dimitris Ιωάννης=ioannis Κωνσταντίνος=konstantinos Νικόλαος=nikolaos Παναγιώτης=panagiotis Ευάγγελος=evangelos Χρήστος=christos",
            "Παπαδόπουλος=Papadopoulos|Παπαδοπούλου=Papadopoulou Βλάχος=Vlachos|Βλάχου=Vlachou Αγγελόπουλος=Angelopoulos|Αγγελοπούλου=Angelopoulou " +
            "Νικολαΐδης=Nikolaidis|Νικολαΐδου=Nikolaidou Γεωργίου=Georgiou Οικονόμου=Oikonomou Καραγιάννης=Karagiannis|Καραγιάννη=Karagianni Ζαΐμης=Zaimis|Ζαΐμη=Zaimi")
        {
            TwoFirstNames = 0, Phone = "+30 000 ### ####", PostalCode = "1## ##", Cities = "Αθήνα Θεσσαλονίκη Πάτρα", Streets = "Ερμού_# Λεωφόρος_Αλεξάνδρας_1# Τσιμισκή_#",
        },
        new(4, "Egypt",
            "فاطمة=fatima مريم=maryam عائشة=aisha زينب=zaynab نور=nour سارة=sara هدى=huda ياسمين=yasmin آمنة=amina رؤى=ruaa",
            "محمد=mohamed أحمد=ahmed علي=ali محمود=mahmoud حسن=hassan يوسف=youssef خالد=khaled إبراهيم=ibrahim عبد_الله=abdallah مصطفى=mostafa",
            "حسن=Hassan السيد=Elsayed إبراهيم=Ibrahim عبد_الرحمن=Abdelrahman المصري=Elmasry الخطيب=Khatib منصور=Mansour حداد=Haddad النجار=Elnaggar شاهين=Shahin قاسم=Qasim العقاد=Elaqqad")
        {
            TwoFirstNames = 0.1, TwoLastNames = 0, Phone = "+20 00 #### ####", PostalCode = "11###", Cities = "القاهرة الإسكندرية الجيزة", Streets = "شارع_التحرير_# شارع_النيل_1#",
        },
        new(2, "Israel",
            "נועה=noa תמר=tamar יעל=yael שרה=sarah רחל=rachel מיכל=michal אסתר=esther שירה=shira",
            "דוד=david משה=moshe יוסף=yosef אברהם=avraham איתי=itai אורי=uri יונתן=yonatan נועם=noam",
            "כהן=Cohen לוי=Levi מזרחי=Mizrahi פרץ=Peretz ביטון=Biton דהן=Dahan אברהם=Avraham פרידמן=Friedman שפירא=Shapira בן_דוד=BenDavid צוקרמן=Zuckerman")
        {
            TwoFirstNames = 0, Phone = "+972 00 ### ####", PostalCode = "61#####", Cities = "תל_אביב ירושלים חיפה", Streets = "רחוב_הרצל_# שדרות_רוטשילד_1#",
        },
        new(4, "India",
            "प्रिया=priya अंजलि=anjali पूजा=pooja नेहा=neha सुनीता=sunita कविता=kavita आराध्या=aaradhya मीरा=meera ऋतु=ritu श्रुति=shruti",
            "राहुल=rahul अमित=amit संजय=sanjay राजेश=rajesh विकास=vikas आर्यन=aryan अर्जुन=arjun कृष्ण=krishna ज्ञानेश=gyanesh ऋषि=rishi",
            "शर्मा=Sharma सिंह=Singh कुमार=Kumar वर्मा=Verma गुप्ता=Gupta पटेल=Patel मिश्रा=Mishra यादव=Yadav जोशी=Joshi त्रिपाठी=Tripathi चतुर्वेदी=Chaturvedi श्रीवास्तव=Shrivastava")
        {
            TwoFirstNames = 0, TwoLastNames = 0, Phone = "+91 00000 #####", PostalCode = "11####", Cities = "दिल्ली मुंबई जयपुर", Streets = "#_महात्मा_गांधी_मार्ग 1#_नेहरू_रोड",
        },
        new(5, "China",
            "芳=fang 娜=na 敏=min 静=jing 丽=li 艳=yan 娟=juan 霞=xia 秀英=xiuying 婷=ting 雪=xue 莉=li 玉兰=yulan 倩=qian",
            "伟=wei 强=qiang 磊=lei 军=jun 洋=yang 勇=yong 杰=jie 涛=tao 明=ming 超=chao 建国=jianguo 浩=hao 鹏=peng 宇=yu",
            "王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 黄=Huang 赵=Zhao 周=Zhou 吴=Wu 徐=Xu 孙=Sun 马=Ma 朱=Zhu 胡=Hu 林=Lin 郭=Guo 何=He 高=Gao 欧阳=Ouyang 司马=Sima 吕=Lü 龘=Da")
        {
            TwoFirstNames = 0.5, FirstNameJoint = "", TwoLastNames = 0, Phone = "+86 000 #### ####", PostalCode = "1000##",
            Cities = "北京市 上海市 广州市 成都市", Streets = "人民路#号 中山路1#号 解放大道2##号",
        },
        new(4, "Japan",
            "陽子=yoko 恵子=keiko さくら=sakura 美咲=misaki 結衣=yui 葵=aoi 愛=ai 由美子=yumiko ひなた=hinata エリカ=erika",
            "翔太=shota 健一=kenichi 大輔=daisuke 拓也=takuya 蓮=ren 誠=makoto 浩=hiroshi 太郎=taro ケンジ=kenji 龍之介=ryunosuke",
            "佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 田中=Tanaka 伊藤=Ito 渡辺=Watanabe 山本=Yamamoto 中村=Nakamura 小林=Kobayashi 加藤=Kato 吉田=Yoshida 山田=Yamada " +
            "佐々木=Sasaki 山口=Yamaguchi 松本=Matsumoto 井上=Inoue 木村=Kimura 斎藤=Saito 𠮷野=Yoshino 勅使河原=Teshigawara")
        {
            TwoFirstNames = 0, TwoLastNames = 0, Phone = "+81 000 #### ####", PostalCode = "10#-00##", Cities = "東京都千代田区 大阪市 札幌市 福岡市", Streets = "本町#丁目1番#号 中央1#番地",
        },
        new(3, "South Korea",
            "서연=seoyeon 지우=jiwoo 민지=minji 수빈=subin 영희=younghee 은지=eunji 하은=haeun 미경=mikyung",
            "민준=minjun 서준=seojun 지훈=jihoon 영수=youngsoo 현우=hyunwoo 동현=donghyun 성호=sungho 준혁=junhyuk",
            "김=Kim 이=Lee 박=Park 최=Choi 정=Jung 강=Kang 조=Cho 윤=Yoon 장=Jang 임=Lim 한=Han 오=Oh 서=Seo 남궁=Namgung 황보=Hwangbo")
        {
            TwoFirstNames = 0, TwoLastNames = 0, Phone = "+82 00 #### ####", PostalCode = "0####", Cities = "서울특별시 부산광역시 대전광역시", Streets = "세종대로_# 테헤란로_1## 중앙로_#",
        },
        new(1, "Thailand",
            "สุดา=suda มาลี=malee นภา=napha พิมพ์=pim กัญญา=kanya", "สมชาย=somchai อนันต์=anan ธนพล=thanaphon ณัฐ=nat วิชัย=wichai",
            "ใจดี=Jaidee สุขใจ=Sukjai แสงทอง=Saengthong ศรีสุข=Srisuk ทองดี=Thongdee วงศ์สวัสดิ์=Wongsawat")
        {
            TwoFirstNames = 0, TwoLastNames = 0, Phone = "+66 00 ### ####", PostalCode = "10##0", Cities = "กรุงเทพมหานคร เชียงใหม่", Streets = "#_ถนนสุขุมวิท 1#_ถนนพหลโยธิน",
        },
    ];
}
