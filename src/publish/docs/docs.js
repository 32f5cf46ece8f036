(function(){"use strict";
var all=function(from,what){return Array.prototype.slice.call(from.querySelectorAll(what))};
var form=document.querySelector("form[role=search]"),box=document.getElementById("q"),count=document.getElementById("n");
var toc=document.querySelector(".toc");
if(window.matchMedia("(max-width:800px)").matches){toc.open=false}
var links={};all(document,"nav a").forEach(function(a){links[a.getAttribute("href").slice(1)]=a.parentNode});
var items=all(document,"article").map(function(article){
 var rows=all(article,".rows tbody tr").map(function(row){return{row:row,text:row.textContent.toLowerCase()}});
 return{node:article,link:links[article.id],head:article.querySelector("h4").textContent.toLowerCase()+" "+all(article,"dl,article>p:not(.links)").map(function(p){return p.textContent.toLowerCase()}).join(" "),rows:rows,details:article.querySelector(".rows")}});
var groups=all(document,".group"),sections=all(document,"main section"),lists=all(document,".toc>details");
function show(){
 var q=box.value.trim().toLowerCase(),words=q.split(/\s+/),n=0;
 items.forEach(function(item){
  var fits=function(text){return words.every(function(word){return text.indexOf(word)>=0})};
  var own=fits(item.head),hits=q?item.rows.filter(function(row){return fits(row.text)}):[];
  var on=!q||own||hits.length>0;
  item.node.hidden=!on;if(item.link){item.link.hidden=!on}if(on){n+=1}
  item.rows.forEach(function(row){row.row.hidden=q!==""&&!own&&hits.indexOf(row)<0});
  if(item.details){item.details.open=q!==""&&!own&&hits.length>0}});
 groups.forEach(function(group){group.hidden=!group.querySelector("article:not([hidden])")});
 sections.forEach(function(section){section.hidden=!section.querySelector("article:not([hidden])")});
 lists.forEach(function(list){list.hidden=!list.querySelector("a")||!all(list,"li:not([hidden]) a").length;if(q){list.open=true}});
 count.textContent=q?n+" "+count.getAttribute("data-word"):""}
var waiting;
box.addEventListener("input",function(){clearTimeout(waiting);waiting=setTimeout(show,120)});
form.addEventListener("submit",function(event){event.preventDefault();show()});
document.addEventListener("click",function(event){
 var link=event.target.closest&&event.target.closest("a[href^='#']");if(!link){return}
 var target=document.getElementById(link.getAttribute("href").slice(1));
 if(target&&target.closest("[hidden]")){box.value="";show()}});
form.hidden=false;
})();
